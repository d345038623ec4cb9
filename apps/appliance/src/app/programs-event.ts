import type { ScanResult } from "../boot-files/scan.ts";
import type { OwnEvent } from "../events/event.ts";

/** What a reading of the boot folder says of the programs in it. @param time Unix time in milliseconds */
export function programsEvent(scan: ScanResult, time: number): OwnEvent {
  const files = scan.ok ? scan.files : [];
  const machines = new Map(files.flatMap(({ path, machine }) => (machine ? [[path, machine] as const] : [])));
  const unsigned = new Set(files.flatMap((file) => (file.unsigned === true ? [file.path] : [])));
  return { type: "programs", time, machines, unsigned };
}
