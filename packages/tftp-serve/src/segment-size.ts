import { setSocketOptions } from "@bootlace/boot-source";

/** Has the system cut datagrams that are longer than `size` into packets, on each of these sockets. @returns whether it does */
export type SetSegmentSize = (descriptors: readonly number[], size: number) => Promise<boolean>;

/** SOL_UDP and UDP_SEGMENT of Linux (udp(7)). */
const segment = { level: 17, name: 103 };

/** Where the system has no such option, nothing is set. */
export function setSegmentSize(descriptors: readonly number[], size: number, program?: string): Promise<boolean> {
  const value = new Uint8Array(Int32Array.of(size).buffer);
  return setSocketOptions(
    descriptors.map((descriptor) => ({ descriptor, ...segment, value })),
    program,
  );
}
