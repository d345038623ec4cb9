import { readFileSync } from "node:fs";
import { networkOf } from "@bootlace/boot-source";
import { decodePacket } from "@bootlace/dhcp-core";
import type { HttpBootRequest } from "@bootlace/http-boot";
import { type BootPlan, type Choose, type Context, defaultPorts, handle } from "@bootlace/proxy-dhcp";
import type { TransferRef } from "@bootlace/tftp-serve";
import type { ApplianceEvent } from "../../src/events/event.ts";
import { createFold } from "../../src/sessions/fold.ts";

const CAPTURES = new URL("../../../../lab/captures/", import.meta.url);
const SERVER = "192.168.11.109";

/** One datagram of a capture, as far as a replay looks at it. */
interface Captured {
  readonly n: number;
  readonly t: number;
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
  readonly kind: "dhcp" | "tftp" | "http";
  readonly role: string;
  readonly op?: string;
  readonly file?: string;
  readonly code?: number;
  readonly opts?: unknown;
  readonly head?: string;
  readonly hex: string;
}

export function readCapture(name: string): Captured[] {
  const lines = readFileSync(new URL(`${name}.jsonl`, CAPTURES), "utf8")
    .trimEnd()
    .split("\n");
  return lines.map((line) => JSON.parse(line) as Captured);
}

/**
 * What Bootlace would have seen in place of the captured proxy: requests go through the real responder, answered by
 * `plan`; TFTP and HTTP requests end as they did; broadcast replies of others are overheard. Then it is silent.
 */
export function replay(name: string, plan: BootPlan | Choose, silence = 40) {
  const fold = createFold();
  const records = readCapture(name);
  const began = Date.UTC(2026, 10, 22, 12);
  const eth0 = { name: "eth0", address: SERVER, netmask: "255.255.255.0" };
  const context: Context = {
    choose: typeof plan === "function" ? plan : () => plan,
    interfaces: [eth0],
    ports: defaultPorts,
    relays: new Set(["192.168.12.1"]),
    clientSubnets: [networkOf("192.168.12.0/24")].flatMap((one) => one ?? []),
    vendorClasses: [],
    serveUnknownArchitectures: false,
  };
  let ticked = began;
  let transfers = 0;
  const running = new Map<number, { transfer: TransferRef; size: number; blockSize: number }>();
  const reached: string[] = [];

  function report(event: ApplianceEvent): void {
    for (const { verdict } of fold.apply(event))
      if (verdict !== undefined) reached.push(`${verdict.id} ${verdict.confidence}`);
  }
  function tickUntil(time: number): void {
    for (; ticked + 1000 <= time; ticked += 1000)
      report({ kind: "appliance", event: { type: "tick", time: ticked + 1000 } });
  }

  function onDhcp(record: Captured, time: number): void {
    const bytes = Uint8Array.from(Buffer.from(record.hex, "hex"));
    const source = { address: record.src, port: record.sport };
    if (record.role === "proxy" || (record.dport !== 67 && record.dport !== 4011)) {
      const decoded = decodePacket(bytes);
      if (record.role === "proxy" || record.dst !== "255.255.255.255" || !decoded.ok) return;
      report({ kind: "appliance", event: { type: "overheard", time, source, reply: decoded.packet } });
      return;
    }
    if (record.dst !== "255.255.255.255" && record.dst !== SERVER) return;
    const port = record.dport === 67 ? "dhcp" : "pxe";
    const arrival = port === "pxe" ? { arrival: eth0 } : {};
    const outcome = handle({ bytes, port, localPort: record.dport, source, ...arrival }, context);
    if (outcome.kind !== "packet") throw new Error(`${name}: a packet cannot be read`);
    const { kind: _kind, ...rest } = outcome;
    report({ kind: "dhcp", event: { type: "packet", time, port, source, octets: bytes.length, ...rest } });
  }

  function onTftp(record: Captured, time: number): void {
    const client = { address: record.src, port: record.sport, localAddress: SERVER, localPort: 69 };
    if (record.op === "RRQ" && record.dst === SERVER) {
      endAll(time);
      const answer = records.find(
        ({ kind, t, dport, role }) => kind === "tftp" && t >= record.t && dport === record.sport && role === "server",
      );
      const file = record.file ?? "";
      if (answer?.op === "ERROR") {
        const reason = "missing" as const;
        report({
          kind: "tftp",
          event: { type: "not-found", time, client, file, reason, code: answer.code ?? 1, detail: undefined },
        });
        return;
      }
      const options = Object.fromEntries((answer?.opts as [string, string][] | undefined) ?? []);
      const size = Number(options.tsize ?? 100_000);
      const blockSize = Number(options.blksize ?? 512);
      const transfer: TransferRef = { id: ++transfers, direction: "read", client, file, mode: "octet" };
      report({ kind: "tftp", event: { type: "start", time, transfer, requested: [] } });
      const agreed = { windowSize: 1, timeout: undefined, acknowledged: [] };
      report({ kind: "tftp", event: { type: "negotiated", time, transfer, size, blockSize, ...agreed } });
      running.set(record.sport, { transfer, size, blockSize });
    } else if (record.op === "ERROR" && record.role === "client") {
      const probe = running.get(record.sport);
      running.delete(record.sport);
      if (probe !== undefined) {
        report({ kind: "tftp", event: { type: "probe", time, transfer: probe.transfer, size: probe.size, ms: 1 } });
      }
    }
  }

  /** The captures hold no DATA: a transfer went well when the client asked for the next thing. */
  function endAll(time: number): void {
    for (const [port, { transfer, size, blockSize }] of running) {
      const figures = { bytes: size, size, blocks: 1, retransmissions: 0, timeouts: 0, ms: 5 };
      report({
        kind: "tftp",
        event: { type: "done", time, transfer, figures, blockSize, windowSize: 1, confirmed: true },
      });
      running.delete(port);
    }
  }

  function onHttp(record: Captured, time: number): void {
    const [, method = "", target = ""] = /^(\S+) (\S+) HTTP/.exec(record.head ?? "") ?? [];
    if (record.role !== "client" || record.dst !== SERVER) return;
    const answer = records.find(
      ({ kind, t, dport, role }) => kind === "http" && t >= record.t && dport === record.sport && role === "server",
    );
    const status = Number(/^HTTP\/\S+ (\d+)/.exec(answer?.head ?? "")?.[1] ?? 200);
    const size = Number(/content-length: (\d+)/i.exec(answer?.head ?? "")?.[1] ?? 0);
    const client = { address: record.src, port: record.sport, localAddress: SERVER, localPort: record.dport };
    const file = target
      .split("/")
      .filter((part) => part !== "")
      .join("/");
    const request: HttpBootRequest = {
      id: ++transfers,
      time,
      client,
      method,
      target,
      file,
      userAgent: undefined,
      mac: undefined,
    };
    const bytes = method === "HEAD" ? 0 : size;
    if (status === 404) {
      report({
        kind: "http",
        event: { type: "refused", time, client, request, reason: "missing", status, detail: undefined },
      });
    } else {
      const answer = { status, confirmed: true, bytes, size, range: undefined, ms: 5 };
      report({ kind: "http", event: { type: "done", time, request, ...answer } });
    }
  }

  report({
    kind: "dhcp",
    event: { type: "listening", time: began, role: "pxe", interfaceName: eth0.name, address: eth0.address, port: 4011 },
  });
  report({ kind: "appliance", event: { type: "overhearing", time: began, on: true } });
  let time = began;
  for (const record of records) {
    time = began + Math.round(record.t * 1000);
    tickUntil(time);
    if (record.kind === "dhcp") onDhcp(record, time);
    else if (record.kind === "tftp") onTftp(record, time);
    else onHttp(record, time);
  }
  endAll(time);
  tickUntil(time + silence * 1000);
  const boots = fold.boots();
  const boot = boots.at(-1);
  return {
    boots,
    boot,
    reached,
    kinds: boot?.steps.map(({ kind }) => kind) ?? [],
    verdicts: boot?.verdicts.map(({ id, confidence }) => `${id} ${confidence}`) ?? [],
  };
}
