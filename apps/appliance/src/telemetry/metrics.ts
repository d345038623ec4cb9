import { boundedMap } from "@bootlace/boot-source";
import { architectures, messageTypeName, optionValue } from "@bootlace/dhcp-core";
import type { HttpBootEvent, HttpRefusal } from "@bootlace/http-boot";
import type { PacketEvent, ProxyDhcpEvent } from "@bootlace/proxy-dhcp";
import type { TftpEvent } from "@bootlace/tftp-serve";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { ApplianceEvent, OwnEvent } from "../events/event.ts";
import type { Boot } from "../sessions/boot.ts";
import { outcomeOf } from "../sessions/outcome.ts";

/** Metrics of all events. No label contains client data: their values are finite sets. */
export interface Metrics {
  observe(event: ApplianceEvent): void;
  /** A boot has ended. */
  ended(boot: Boot): void;
  /** Prometheus text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

const architectureNames: ReadonlySet<string> = new Set(architectures.map(({ name }) => name));
/** A foreign server that was not heard for so long is no longer counted. */
const foreignFor = 3_600_000;

const imageStates = ["ready", "copying", "faulty"] as const;

/** What HTTP refuses because of a limit, and because somebody is not served. */
const limitedByHttp: ReadonlySet<HttpRefusal> = new Set([
  "too-many-connections",
  "too-many-connections-of-client",
  "too-many-waiting",
  "client-not-allowed",
  "busy",
]);

/** @param withProcess figures of the process as well: memory, CPU, event loop */
export function createMetrics(version: string, withProcess = true): Metrics {
  const registry = new Registry();
  if (withProcess) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Counter({ name: `bootlace_${name}`, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Gauge({ name: `bootlace_${name}`, help, labelNames, registers });

  gauge("build_info", "Version of Bootlace.", "version").set({ version }, 1);
  const packets = counter("dhcp_packets_total", "DHCP packets received.", "port", "type", "result");
  const drops = counter("dhcp_drops_total", "DHCP packets not answered.", "reason");
  const replySeconds = new Histogram({
    name: "bootlace_dhcp_reply_seconds",
    help: "Time from a request to its reply.",
    buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5],
    registers,
  });
  const transfers = counter("tftp_transfers_total", "Finished TFTP requests.", "result");
  const active = gauge("tftp_active", "TFTP transfers under way.");
  const tftpBytes = counter("tftp_bytes_total", "Bytes of files sent by TFTP and acknowledged.");
  const retransmits = counter("tftp_retransmits_total", "TFTP datagrams sent again.");
  const httpRequests = counter("http_requests_total", "HTTP requests for boot files.", "code");
  const httpBytes = counter("http_bytes_total", "Bytes of files sent by HTTP and acknowledged.");
  const boots = counter("boots_total", "Finished boots.", "arch", "outcome");
  const limited = counter("rate_limited_total", "Requests held back by a limit.", "subsystem");
  const foreign = gauge("foreign_dhcp_servers", "Other DHCP servers heard or named by clients in the last hour.");
  const reloaded = gauge("config_last_reload_success", "1 if the last reload succeeded.");
  const images = gauge("images", "Disc images in the images folders.", "state");
  active.set(0);
  foreign.set(0);
  reloaded.set(1);

  const foreignSeen = boundedMap<string, number>(256);

  function onDhcp(event: ProxyDhcpEvent): void {
    if (event.type === "packet") onPacket(event);
    else if (event.type === "undecodable") drops.inc({ reason: "undecodable" });
    else if (event.type === "limited") limited.inc({ subsystem: "dhcp" }, event.dropped);
  }

  function onPacket({ request, port, decision, time, milliseconds }: PacketEvent): void {
    const type = messageTypeName(optionValue(request, "messageType") ?? 0) ?? "other";
    packets.inc({ port, type, result: decision.kind });
    if (decision.kind !== "ignore") {
      if (milliseconds !== undefined) replySeconds.observe(milliseconds / 1000);
      return;
    }
    drops.inc({ reason: decision.reason });
    const server = optionValue(request, "serverIdentifier");
    if (decision.reason === "request-for-other-server" && server !== undefined) seeForeign(server, time);
  }

  function seeForeign(server: string, time: number): void {
    foreignSeen.set(server, time);
    countForeign(time);
  }

  function countForeign(now: number): void {
    // Seen in the future: the clock was set back. A server that is still running is seen again.
    const over = (seen: number) => now - seen > foreignFor || now < seen;
    for (let oldest = foreignSeen.oldest(); oldest !== undefined && over(oldest[1]); ) {
      foreignSeen.delete(oldest[0]);
      oldest = foreignSeen.oldest();
    }
    foreign.set(foreignSeen.size);
  }

  function onTftp(event: TftpEvent): void {
    switch (event.type) {
      case "start":
        active.inc();
        return;
      case "probe":
        active.dec();
        transfers.inc({ result: "probe" });
        return;
      case "done":
      case "aborted":
        active.dec();
        transfers.inc({ result: event.type === "done" ? "done" : event.reason });
        if (event.transfer.direction === "read") tftpBytes.inc(event.figures.bytes);
        retransmits.inc(event.figures.retransmissions);
        return;
      case "not-found":
        transfers.inc({ result: "not-found" });
        return;
      case "refused":
        if (event.reason === "rate" || event.reason.startsWith("too-many-transfers"))
          limited.inc({ subsystem: "tftp" });
        transfers.inc({ result: "refused" });
        return;
    }
  }

  function onHttp(event: HttpBootEvent): void {
    if (event.type === "further") {
      for (const [status, times] of event.statuses) httpRequests.inc({ code: String(status) }, times);
      httpBytes.inc(event.bytes);
      return;
    }
    if (event.type !== "done" && event.type !== "aborted" && event.type !== "refused") return;
    httpRequests.inc({ code: String(event.status) });
    if (event.type !== "refused") httpBytes.inc(event.bytes);
    else if (limitedByHttp.has(event.reason)) limited.inc({ subsystem: "http" });
  }

  function onOwn(event: OwnEvent): void {
    if (event.type === "reloaded") reloaded.set(event.ok ? 1 : 0);
    else if (event.type === "tick") countForeign(event.time);
    else if (event.type === "overheard") seeForeign(event.source.address, event.time);
    else if (event.type === "images") {
      for (const state of imageStates) {
        images.set({ state }, event.images.filter((image) => image.state === state).length);
      }
    }
  }

  return {
    observe(event) {
      switch (event.kind) {
        case "dhcp":
          onDhcp(event.event);
          return;
        case "tftp":
          onTftp(event.event);
          return;
        case "http":
          onHttp(event.event);
          return;
        case "appliance":
          onOwn(event.event);
      }
    },
    ended(boot) {
      const arch = boot.arch !== undefined && architectureNames.has(boot.arch) ? boot.arch : "unknown";
      boots.inc({ arch, outcome: outcomeOf(boot) });
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
