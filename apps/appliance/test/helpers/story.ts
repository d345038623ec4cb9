import {
  BROADCAST_FLAG,
  createDiscover,
  type DhcpPacket,
  encodePacket,
  messageTypes,
  type OptionValues,
} from "@bootlace/dhcp-core";
import type { HttpBootEvent, HttpBootRequest, HttpRefusal } from "@bootlace/http-boot";
import { statusOf } from "@bootlace/http-boot";
import { type BootClient, type BootPlan, type Context, defaultPorts, handle, type Ignore } from "@bootlace/proxy-dhcp";
import type { TftpEvent, TransferRef } from "@bootlace/tftp-serve";
import type { ApplianceEvent } from "../../src/events/event.ts";
import { createFold } from "../../src/sessions/fold.ts";
import type { FoldLimits } from "../../src/sessions/fold-limits.ts";
import type { Verdict } from "../../src/sessions/verdicts/verdict.ts";

export const SERVER = "192.168.11.109";
export const ROUTER = "192.168.11.1";
export const CLIENT = "192.168.11.50";
export const MAC = "52:54:00:12:34:56";
const NONE = "0.0.0.0";

/** What a client is like; x64 UEFI when nothing else is said. */
export interface Machine {
  readonly arch?: number;
  readonly ipxe?: boolean;
  readonly http?: boolean;
  readonly mac?: string;
  readonly broadcast?: boolean;
  readonly options?: OptionValues;
}

export interface StoryOptions {
  readonly plan?: BootPlan | Ignore | ((client: BootClient) => BootPlan | Ignore);
  readonly machine?: Machine;
  readonly overhearing?: boolean;
  readonly limits?: Partial<FoldLimits>;
}

type HttpAnswer = { readonly status?: number; readonly bytes?: number; readonly method?: string; readonly at?: string };

/** A boot step by step. Packets go through the real responder; time moves only by `wait`, a tick each second. */
export function story({ plan, machine = {}, overhearing = false, limits }: StoryOptions = {}) {
  const fold = createFold(limits);
  const reached: Verdict[] = [];
  const events: ApplianceEvent[] = [];
  let now = Date.UTC(2026, 10, 22, 12);
  let transfers = 0;
  const chosen = plan ?? { kind: "boot" as const, file: "efi/bootx64.efi" };
  const eth0 = { name: "eth0", address: SERVER, netmask: "255.255.255.0" };
  const context: Context = {
    choose: typeof chosen === "function" ? chosen : () => chosen,
    interfaces: [eth0],
    ports: defaultPorts,
    relays: new Set(["192.168.20.1"]),
    clientSubnets: [],
    vendorClasses: [],
    serveUnknownArchitectures: false,
  };

  function report(event: ApplianceEvent): void {
    events.push(event);
    for (const { verdict } of fold.apply(event)) if (verdict !== undefined) reached.push(verdict);
  }
  report({
    kind: "dhcp",
    event: { type: "listening", time: now, role: "pxe", interfaceName: eth0.name, address: eth0.address, port: 4011 },
  });
  report({ kind: "appliance", event: { type: "overhearing", time: now, on: overhearing } });

  function packet(port: "dhcp" | "pxe", request: DhcpPacket, source: { address: string; port: number }): void {
    const encoded = encodePacket(request);
    if (!encoded.ok) throw new Error(JSON.stringify(encoded.fault));
    const localPort = port === "dhcp" ? 67 : 4011;
    const arrival = port === "pxe" ? { arrival: eth0 } : {};
    const outcome = handle({ bytes: encoded.bytes, port, localPort, source, ...arrival }, context);
    if (outcome.kind !== "packet") throw new Error("the packet cannot be read");
    const { kind: _kind, ...rest } = outcome;
    report({ kind: "dhcp", event: { type: "packet", time: now, port, source, octets: encoded.bytes.length, ...rest } });
  }

  function bootOptions({ arch = 7, ipxe, http, options }: Machine): OptionValues {
    const word = http === true ? "HTTPClient" : "PXEClient";
    return {
      clientArch: [arch],
      vendorClassIdentifier: `${word}:Arch:${String(arch).padStart(5, "0")}:UNDI:003000`,
      ...(ipxe === true ? { userClass: { classes: ["iPXE"], form: "raw" as const } } : {}),
      ...options,
    };
  }

  function request(options: OptionValues, fields: Partial<DhcpPacket> = {}, who: Machine = machine): DhcpPacket {
    const flags = who.broadcast === false ? 0 : BROADCAST_FLAG;
    const discover = createDiscover({ mac: who.mac ?? MAC, xid: 1, flags, options });
    if (!discover.ok) throw new Error(`${discover.field}: ${JSON.stringify(discover.fault)}`);
    return { ...discover.packet, ...fields };
  }

  function overhear(options: OptionValues, yiaddr: string, from: string, file?: string): void {
    const field = new Uint8Array(128);
    field.set(new TextEncoder().encode(file ?? "").subarray(0, 127));
    const reply = request({ ...options, serverIdentifier: from }, { op: 2, yiaddr, file: field });
    report({ kind: "appliance", event: { type: "overheard", time: now, source: { address: from, port: 67 }, reply } });
  }

  const self = {
    fold,
    tell: report,
    reached,
    /** All that happened, to be passed to others as well. */
    events,
    now: () => now,
    wait(seconds: number) {
      for (let second = 0; second < seconds; second++) {
        now += 1000;
        report({ kind: "appliance", event: { type: "tick", time: now } });
      }
      return self;
    },
    /** Time passes at once, with one tick at its end. */
    skip(seconds: number) {
      now += seconds * 1000;
      report({ kind: "appliance", event: { type: "tick", time: now } });
      return self;
    },
    programs(machines: Record<string, string>, ...unsigned: string[]) {
      const reported = { machines: new Map(Object.entries(machines)), unsigned: new Set(unsigned) };
      report({ kind: "appliance", event: { type: "programs", time: now, ...reported } });
      return self;
    },
    discover(who: Machine = machine, secs = 0, giaddr = NONE) {
      const options = { messageType: messageTypes.DISCOVER, ...bootOptions(who) };
      const source = giaddr === NONE ? { address: NONE, port: 68 } : { address: giaddr, port: 67 };
      packet("dhcp", request(options, { secs, giaddr }, who), source);
      return self;
    },
    /** The broadcast REQUEST to the router. `boot: false` as a Raspberry Pi sends it, without option 60. */
    lease({ server = ROUTER, address = CLIENT, boot = true } = {}) {
      const who = boot ? bootOptions(machine) : {};
      const options = {
        messageType: messageTypes.REQUEST,
        serverIdentifier: server,
        requestedAddress: address,
        ...who,
      };
      packet("dhcp", request(options), { address: NONE, port: 68 });
      return self;
    },
    pxeRequest(who: Machine = machine, address = CLIENT) {
      const options = { messageType: messageTypes.REQUEST, ...bootOptions(who) };
      packet("pxe", request(options, { ciaddr: address }, who), { address, port: 4011 });
      return self;
    },
    ordinary(type: number, options: OptionValues) {
      packet("dhcp", request({ messageType: type, ...options }), { address: NONE, port: 68 });
      return self;
    },
    foreignOffer({ from = ROUTER, address = CLIENT, vendorClass = "", file = "" } = {}) {
      const says = vendorClass === "" ? {} : { vendorClassIdentifier: vendorClass };
      overhear({ messageType: messageTypes.OFFER, ...says }, address, from, file);
      return self;
    },
    foreignAck(address = CLIENT) {
      overhear({ messageType: messageTypes.ACK }, address, ROUTER);
      return self;
    },
    tftp(file: string, outcome: TftpOutcome = "done", figures: TftpFigures = {}) {
      const { address = CLIENT, blockSize = 1468, size = 50_000, bytes, timeouts = 0 } = figures;
      const client = { address, port: 2000 + transfers, localAddress: SERVER, localPort: 69 };
      const time = now;
      if (outcome === "missing" || outcome === "permission-denied" || outcome === "outside-root") {
        report({
          kind: "tftp",
          event: { type: "not-found", time, client, file, reason: outcome, code: 1, detail: undefined },
        });
        return self;
      }
      if (outcome === "client-not-allowed") {
        report({
          kind: "tftp",
          event: { type: "refused", time, client, file, reason: outcome, code: undefined, detail: undefined },
        });
        return self;
      }
      const transfer: TransferRef = { id: ++transfers, direction: "read", client, file, mode: "octet" };
      const events: TftpEvent[] = [
        { type: "start", time, transfer, requested: [] },
        {
          type: "negotiated",
          time,
          transfer,
          size,
          blockSize,
          windowSize: 1,
          timeout: undefined,
          acknowledged: [],
        },
      ];
      const got = bytes ?? (outcome === "done" ? size : 0);
      const all = { bytes: got, size, blocks: 1, retransmissions: 0, timeouts, ms: 10 };
      if (outcome === "probe") events.push({ type: "probe", time, transfer, size, ms: 1 });
      else if (outcome === "done") {
        events.push({ type: "done", time, transfer, figures: all, blockSize, windowSize: 1, confirmed: true });
      } else if (outcome !== "running") {
        const said = outcome === "client-error" ? { code: 0, message: "no" } : undefined;
        events.push({
          type: "aborted",
          time,
          transfer,
          figures: all,
          reason: outcome,
          error: said,
          detail: undefined,
        });
      }
      for (const event of events) report({ kind: "tftp", event });
      return self;
    },
    http(file: string, { status = 200, bytes = 50_000, method = "GET", at = CLIENT }: HttpAnswer = {}) {
      const client = { address: at, port: 3000, localAddress: SERVER, localPort: 8069 };
      const asked: HttpBootRequest = {
        id: ++transfers,
        time: now,
        client,
        method,
        target: `/${file}`,
        file,
        userAgent: undefined,
        mac: undefined,
      };
      const reason: HttpRefusal = "missing";
      const event: HttpBootEvent =
        status < 300
          ? {
              type: "done",
              time: now,
              request: asked,
              status,
              confirmed: true,
              bytes: method === "HEAD" ? 0 : bytes,
              size: bytes,
              range: undefined,
              ms: 5,
            }
          : { type: "refused", time: now, client, request: asked, reason, status: statusOf(reason), detail: undefined };
      report({ kind: "http", event });
      return self;
    },
    boots: () => fold.boots(),
    /** The one boot there is. */
    boot() {
      const boots = fold.boots();
      const boot = boots.at(-1);
      if (boot === undefined) throw new Error("no boot");
      return boot;
    },
    /** Its verdicts as `B04 likely`. */
    verdicts: () => self.boot().verdicts.map(({ id, confidence }) => `${id} ${confidence}`),
    primary: () => self.boot().verdicts[0],
  };
  return self;
}

type TftpOutcome =
  | "done"
  | "probe"
  | "running"
  | "missing"
  | "permission-denied"
  | "outside-root"
  | "client-not-allowed"
  | "unanswered"
  | "timeout"
  | "client-error";

interface TftpFigures {
  readonly address?: string;
  readonly blockSize?: number;
  readonly size?: number;
  readonly bytes?: number;
  readonly timeouts?: number;
}
