import { createPxeClient, type DhcpPort, type PxeClientEvent, reasons } from "@bootlace/pxe-client";
import type { Kind } from "./kinds.ts";

const MOST_NAKS = 8;

/** What a machine knows when it may fetch its files. */
export interface Lease {
  readonly address: string;
  /** Boot file of the offer or of the ACK; for HTTP a URL. */
  readonly file: string;
  /** Milliseconds until the OFFER came, and until the ACK of port 4011. */
  readonly offerAfter: number;
  readonly ackAfter?: number;
}

interface Leasing {
  readonly kind: Kind;
  /** Address of the boot server. */
  readonly server: string;
  readonly dhcp: DhcpPort;
  readonly signal: AbortSignal;
  readonly notes: {
    /** Something was asked again. */
    repeated(what: "discover" | "request" | "pxe"): void;
    /** The router gave the address to another machine. */
    refused(): void;
  };
}

/** DISCOVER, REQUEST and, where the firmware asks there, port 4011. Throws when they lead to no file of the boot server. */
export async function leaseOf({ kind, server, dhcp, notes, signal }: Leasing, mac: string): Promise<Lease> {
  const power = new AbortController();
  let naks = 0;
  let sentAt = 0;
  let offerAfter = Number.NaN;
  let ackAfter: number | undefined;
  const onEvent = (event: PxeClientEvent) => {
    if (event.type === "sent") {
      const { purpose } = event;
      if (event.attempt > 1) notes.repeated(purpose === "item" ? "pxe" : purpose);
      else sentAt = event.time;
      if (purpose === "discover" && event.attempt === 1) offerAfter = Number.NaN;
    } else if (event.type === "verdict" && event.from.address === server) {
      const { accepted } = event.verdict;
      if (event.purpose === "request") power.abort(new Error("the boot server answered a REQUEST to the router"));
      else if (accepted && event.purpose === "pxe") ackAfter = event.time - sentAt;
      else if (accepted && Number.isNaN(offerAfter)) offerAfter = event.time - sentAt;
    } else if (event.type === "refused") {
      notes.refused();
      if (++naks > MOST_NAKS) power.abort(new Error("the router gives no address"));
    }
  };
  const client = createPxeClient({ model: kind.model, mac, dhcp, onEvent, waitOut: false, fetch: false });
  const outcome = await client.boot({ signal: AbortSignal.any([signal, power.signal]) });
  if (outcome.kind === "failed") throw new Error(`${outcome.phase}: ${reasons[outcome.code]}`);
  if (outcome.kind !== "named") throw new Error(`it booted from "${outcome.kind}"`);
  const { address, file } = outcome;
  if (outcome.server !== server) throw new Error(`${file} is at ${outcome.server}`);
  if ((ackAfter !== undefined) !== (kind.form === "server"))
    throw new Error(`it asked at 4011: ${ackAfter !== undefined}`);
  return { address, file, offerAfter, ...(ackAfter === undefined ? {} : { ackAfter }) };
}
