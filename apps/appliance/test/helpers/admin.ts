import type { AdminBackend } from "../../src/admin/backend.ts";
import { type AdminPlace, createAdminCommons, createAdminServer } from "../../src/admin/server.ts";
import { imageSummaryView, imageView } from "../../src/api-model/image-views.ts";
import { type ApplianceEvent, timeOf } from "../../src/events/event.ts";
import type { LogRecord } from "../../src/events/record.ts";
import { memoryStore } from "../../src/history/memory-store.ts";
import { writeBehind } from "../../src/history/write-behind.ts";
import { imageAnywhere } from "../../src/images/menu/machine-kinds.ts";
import { createObserver, type ObserverOptions } from "../../src/telemetry/observer.ts";
import { sampleImages } from "./sample-images.ts";

export const at = "2026-11-22T12:00:00.000Z";

/** An observer without clock, disk and process figures, and what it logged. */
export function observing(more: Partial<ObserverOptions> = {}) {
  const records: LogRecord[] = [];
  let now = Date.parse(at);
  const observer = createObserver({
    version: "1.2.3",
    log: (record) => records.push(record),
    now: () => now,
    history: writeBehind(memoryStore(more.maxBoots ?? 100), { onNews: () => undefined }),
    maxBoots: 100,
    level: "info",
    processMetrics: false,
    ...more,
  });
  return {
    observer,
    records,
    observe(event: ApplianceEvent) {
      now = Math.max(now, timeOf(event));
      for (const sink of observer.sinks) void sink.take(event);
    },
  };
}

/** An admin server whose backend keeps what it gets; boots, clients and events are the observer's. */
export function admin(
  options: {
    token?: string;
    allowedHosts?: string[];
    address?: string;
    place?: AdminPlace;
    socket?: string;
    more?: Partial<AdminBackend>;
  } = {},
) {
  const seen = observing();
  const { observer } = seen;
  const next = new Map<string, { mac: string; file?: string; url?: string; ignore?: boolean; setAt: string }>();
  const errors: unknown[] = [];
  const backend: AdminBackend = {
    status: async () => ({
      schema: 1,
      version: "1.2.3",
      startedAt: at,
      uptimeSeconds: 1,
      ready: true,
      reasons: [],
      endpoints: [{ service: "tftp", address: "127.0.0.1", port: 69 }],
      interfaces: [{ name: "lo", address: "127.0.0.1" }],
      config: { loadedAt: at },
      bootCheck: ["arm64-uefi"],
      transfers: { tftp: 0, http: 0 },
      history: await observer.history(),
      boots: (await observer.boots({ limit: 10 })).boots,
    }),
    readiness: () => ({ ready: true, reasons: [] }),
    clients: observer.clients,
    fetches: observer.fetches,
    boots: async (query) => ({ ok: true, value: await observer.boots(query) }),
    boot: observer.boot,
    files: () => ({
      schema: 1,
      root: "/srv/boot",
      architectures: [],
      bootCheck: [],
      unusable: [],
      notFound: observer.notFound(),
    }),
    images: () => ({
      schema: 1,
      folders: ["/srv/boot/images"],
      images: sampleImages.map((row) => imageSummaryView(row)),
    }),
    image(id) {
      const row = sampleImages.find((each) => each.id === id);
      const machines = imageAnywhere({ rows: sampleImages, settings: new Map() }, id);
      return row === undefined ? undefined : imageView(row, {}, machines);
    },
    config: () => ({ schema: 1, effective: { root: "/srv/boot" }, origins: { root: "default" } }),
    explain: ({ mac, arch = "x86-bios" }) => {
      if (arch === "toaster") {
        return { ok: false, refusal: { status: 422, code: "cannot-explain", title: "No such architecture" } };
      }
      const text = `nothing for ${mac}`;
      const explanation = { schema: 1, decision: "ignore", reason: "no-plan", text, rules: [], replies: [] } as const;
      return { ok: true, value: { ...explanation, rules: [], replies: [] } };
    },
    next: () => ({ schema: 1, next: [...next.values()] }),
    async setOneTimeBoot({ mac, ...what }) {
      const entry = { mac, setAt: at, ...JSON.parse(JSON.stringify(what)) };
      next.set(mac, entry);
      return { ok: true, value: entry };
    },
    async clearOneTimeBoot(mac) {
      if (next.delete(mac)) return { ok: true, value: undefined };
      return { ok: false, refusal: { status: 404, code: "next-not-found", title: "Nothing was set" } };
    },
    reload: async () => ({ schema: 1, ok: true, faults: [], changed: ["boot"], later: [] }),
    ...options.more,
  };
  const server = createAdminServer({
    place: options.place ?? { address: options.address ?? "127.0.0.1", port: 0 },
    allowedHosts: options.allowedHosts ?? [],
    version: "1.2.3",
    backend,
    commons: createAdminCommons(observer.stream),
    metrics: observer.metrics,
    onError: (error) => errors.push(error),
    ...(options.token === undefined ? {} : { token: options.token }),
    ...(options.socket === undefined ? {} : { socket: options.socket }),
  });
  return { ...seen, server, backend, errors };
}
