import { describe, expect, test } from "vitest";
import { createMetrics } from "../src/telemetry/metrics.ts";
import { observing } from "./helpers/admin.ts";
import { story } from "./helpers/story.ts";

/** The samples of a text, `name{labels}` to value. */
function samples(text: string): Map<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
}

async function after(played: ReturnType<typeof story>): Promise<Map<string, number>> {
  const { observer, observe } = observing();
  for (const event of played.events) observe(event);
  return samples(await observer.metrics.text());
}

describe("what is counted", () => {
  test("packets and drops by port, type and result", async () => {
    const played = story({ plan: { kind: "boot", file: "a.efi", form: "server" } })
      .discover()
      .lease()
      .pxeRequest();
    const got = await after(played);
    expect(got.get('bootlace_dhcp_packets_total{port="dhcp",type="DISCOVER",result="offer"}')).toBe(1);
    expect(got.get('bootlace_dhcp_packets_total{port="pxe",type="REQUEST",result="ack"}')).toBe(1);
    expect(got.get('bootlace_dhcp_drops_total{reason="request-for-other-server"}')).toBe(1);
    expect(got.get("bootlace_foreign_dhcp_servers")).toBe(1);
    expect(got.get('bootlace_build_info{version="1.2.3"}')).toBe(1);
  });
  test("disc images by what they are good for", async () => {
    const { observer, observe } = observing();
    const file = { path: "/a.iso", size: 1, modified: 1 };
    const fault = { code: "not-an-image", offset: 0, detail: "" } as const;
    observe({
      kind: "appliance",
      event: {
        type: "images",
        time: 1,
        images: [
          { ...file, id: "a", state: "copying" },
          { ...file, id: "b", state: "faulty", fault },
          { ...file, id: "c", state: "faulty", fault },
        ],
      },
    });
    const got = samples(await observer.metrics.text());
    expect(["ready", "copying", "faulty"].map((state) => got.get(`bootlace_images{state="${state}"}`))).toEqual([
      0, 1, 2,
    ]);
  });
  test("transfers, bytes and requests", async () => {
    const played = story()
      .discover()
      .lease()
      .tftp("a", "probe")
      .tftp("a")
      .tftp("b", "missing")
      .tftp("c", "timeout", { bytes: 7 });
    played.tftp("d", "running").tftp("e", "client-not-allowed").http("f").http("g", { status: 404 });
    const got = await after(played);
    for (const result of ["probe", "done", "not-found", "timeout", "refused"]) {
      expect([result, got.get(`bootlace_tftp_transfers_total{result="${result}"}`)]).toEqual([result, 1]);
    }
    expect(got.get("bootlace_tftp_active")).toBe(1);
    expect(got.get("bootlace_tftp_bytes_total")).toBe(50_007);
    expect(got.get('bootlace_http_requests_total{code="200"}')).toBe(1);
    expect(got.get('bootlace_http_requests_total{code="404"}')).toBe(1);
    expect(got.get("bootlace_http_bytes_total")).toBe(50_000);
  });
  test("boots by architecture and outcome, once each", async () => {
    const played = story().discover().lease().pxeRequest().tftp("efi/bootx64.efi", "missing").wait(130);
    expect((await after(played)).get('bootlace_boots_total{arch="x64-uefi",outcome="failed"}')).toBe(1);
  });
  test("limits, reloads, the time of replies, and foreign servers for an hour", async () => {
    const played = story().discover();
    const time = played.now();
    played.tell({ kind: "dhcp", event: { type: "limited", time, limit: "mac", key: "x", dropped: 3 } });
    played.tell({ kind: "appliance", event: { type: "reloaded", time, ok: false, faults: ["x"] } });
    played.foreignOffer();
    const packet = played.events.find(({ event }) => event.type === "packet");
    if (packet?.kind !== "dhcp" || packet.event.type !== "packet") throw new Error("no packet");
    played.tell({ kind: "dhcp", event: { ...packet.event, milliseconds: 2 } });
    const got = await after(played);
    expect(got.get('bootlace_rate_limited_total{subsystem="dhcp"}')).toBe(3);
    expect(got.get("bootlace_config_last_reload_success")).toBe(0);
    expect(got.get("bootlace_dhcp_reply_seconds_count")).toBe(1);
    expect(got.get('bootlace_dhcp_reply_seconds_bucket{le="0.0025"}')).toBe(1);
    expect(got.get('bootlace_dhcp_reply_seconds_bucket{le="0.001"}')).toBe(0);
    expect(got.get("bootlace_foreign_dhcp_servers")).toBe(1);
    played.tell({ kind: "appliance", event: { type: "tick", time: time + 3_700_000 } });
    expect((await after(played)).get("bootlace_foreign_dhcp_servers")).toBe(0);
  });
  test("a foreign server seen in times to come, before the clock was set back, is not counted", async () => {
    const played = story().discover();
    played.foreignOffer();
    played.tell({ kind: "appliance", event: { type: "tick", time: played.now() - 3_600_000 } });
    expect((await after(played)).get("bootlace_foreign_dhcp_servers")).toBe(0);
  });
});

test("the text has a help and a type for each name, and the figures of the process", async () => {
  const text = await createMetrics("1").text();
  const names = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = ""]) => name);
  for (const name of names) expect(text).toContain(`# HELP ${name} `);
  for (const name of names) expect(name).toMatch(/^(bootlace|process|nodejs)_/);
  expect(names).toContain("process_cpu_seconds_total");
  for (const name of names.filter((one) => one.startsWith("bootlace_"))) {
    expect([name, new RegExp(`^# TYPE ${name} counter$`, "m").test(text)]).toEqual([name, name.endsWith("_total")]);
  }
});

test("five thousand forged machines make no new series", async () => {
  const { observer, observe } = observing();
  const series = async () => samples(await observer.metrics.text()).size;
  const counts: number[] = [];
  const played = story({ plan: { kind: "boot", file: "a.efi" } });
  for (let number = 0; number < 5000; number++) {
    const mac = `02:00:00:00:${(number >> 8).toString(16).padStart(2, "0")}:${(number & 255).toString(16).padStart(2, "0")}`;
    const vendorClassIdentifier = `PXEClient:${number}`;
    played.discover({ arch: number % 60, mac, options: { vendorClassIdentifier, hostName: `host-${number}` } });
    played.tftp(`file-${number}`, "missing", { address: `10.0.${number >> 8}.${number & 255}` });
    if (number % 2500 === 2499) {
      played.skip(150);
      for (const event of played.events.splice(0)) observe(event);
      counts.push(await series());
    }
  }
  expect(counts.at(-1)).toBe(counts[0]);
  expect(counts.at(-1)).toBeLessThan(300);
  expect(observer.clients().clients.length).toBeLessThanOrEqual(4096);
  expect(observer.notFound().length).toBe(200);
}, 60_000);
