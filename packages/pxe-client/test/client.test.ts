import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, test } from "vitest";
import { createPxeClient } from "../src/client.ts";
import { openDhcpPort } from "../src/dhcp-port.ts";
import { httpGet } from "../src/http-get.ts";
import type { PxeClientEvent, PxeClientOptions } from "../src/options.ts";
import { tftpGet } from "../src/tftp-get.ts";
import { hex } from "./support.ts";
import { lan, reply, tftpServer, udpServer } from "./support-lan.ts";

const mac = "52:54:00:12:34:56";
const local = "127.0.0.1";
const now = { vendorClassIdentifier: "PXEClient", vendorSpecificInformation: hex("060108ff") };
const file = Buffer.from(Array.from({ length: 5000 }, (_, at) => at & 255));

/** A clock that a test moves. */
function handClock() {
  let time = 0;
  const alarms = new Set<{ readonly due: number; readonly ring: () => void }>();
  return {
    now: () => time,
    after(milliseconds: number, ring: () => void) {
      const alarm = { due: time + milliseconds, ring };
      alarms.add(alarm);
      return () => void alarms.delete(alarm);
    },
    pass(milliseconds: number) {
      time += milliseconds;
      for (const alarm of [...alarms].sort((one, other) => one.due - other.due)) {
        if (alarm.due <= time && alarms.delete(alarm)) alarm.ring();
      }
    },
    pending: () => alarms.size,
  };
}

function client(changes: Partial<PxeClientOptions>, ports: PxeClientOptions["ports"]) {
  const events: PxeClientEvent[] = [];
  const parts: Buffer[] = [];
  const made = createPxeClient({
    ...{ model: "edk2-pxe", mac, broadcast: local, waitOut: false, onEvent: (event) => void events.push(event) },
    onData: (bytes) => void parts.push(Buffer.from(bytes)),
    ...changes,
    ports: { client: 0, pxeClient: 0, ...ports },
  });
  return { boot: made.boot, events, types: () => events.map(({ type }) => type), data: () => Buffer.concat(parts) };
}

describe("a model over real sockets", () => {
  it("DISCOVER, offers, REQUEST, ACK, and the boot file by TFTP", async () => {
    await using dhcp = await udpServer(lan(now, { file: "boot.efi", siaddr: local }));
    await using tftp = await udpServer(tftpServer(new Map([["boot.efi", file]])));
    const one = client({}, { server: dhcp.port, tftp: tftp.port });
    const outcome = await one.boot();
    expect(outcome).toEqual({ kind: "loaded", address: local, by: "tftp", server: local, file: "boot.efi" });
    expect(one.data().equals(file)).toBe(true);
    expect(one.types()).toEqual("sent verdict verdict sent verdict leased fetching fetched ended".split(" "));
    expect(one.events.find(({ type }) => type === "fetched")).toMatchObject({ bytes: 5000 });
  });

  it("asks the PXE port from the leased address", async () => {
    await using dhcp = await udpServer(lan({ vendorClassIdentifier: "PXEClient" }, { siaddr: local }));
    await using pxe = await udpServer((bytes, from, socket) => {
      const ack = reply(bytes, { messageType: 5, serverIdentifier: local }, { file: "x.efi", siaddr: local });
      socket.send(ack, from.port, from.address);
    });
    for (const model of ["edk2-pxe", "bios-rom"] as const) {
      const one = client({ model, fetch: false }, { server: dhcp.port, pxe: pxe.port });
      expect(await one.boot()).toMatchObject({ kind: "named", file: "x.efi" });
      expect(one.events.filter(({ type }) => type === "sent").at(-1)).toMatchObject({
        purpose: "pxe",
        to: { port: pxe.port },
      });
    }
  });

  it("HTTP Boot asks for the size first", async () => {
    const methods: (string | undefined)[] = [];
    const http = createServer((request, response) => {
      methods.push(request.method);
      response.end(file);
    });
    await new Promise<void>((resolve) => http.listen(0, local, resolve));
    const url = `http://${local}:${(http.address() as AddressInfo).port}/boot.efi`;
    await using dhcp = await udpServer(lan({ vendorClassIdentifier: "HTTPClient", bootFileName: url }, {}));
    const one = client({ model: "edk2-http" }, { server: dhcp.port });
    expect(await one.boot()).toMatchObject({ kind: "loaded", by: "http", file: url });
    expect(one.data().equals(file)).toBe(true);
    expect(methods).toEqual(["HEAD", "GET"]);
    await new Promise((resolve) => http.close(resolve));
  });

  it("with an address of its own, everything is sent from there", async () => {
    const sources = new Set<string>();
    const answer = lan(now, { file: "boot.efi", siaddr: local });
    await using dhcp = await udpServer((bytes, from, socket) => {
      sources.add(from.address);
      answer(bytes, from, socket);
    });
    const one = client({ local: "127.0.0.3", fetch: false }, { server: dhcp.port });
    expect(await one.boot()).toMatchObject({ kind: "named", address: local });
    expect([...sources]).toEqual(["127.0.0.3"]);
  });

  it("reports what the system does not send, and goes on", async () => {
    const clock = handClock();
    const failed = Promise.withResolvers<PxeClientEvent>();
    const onEvent = (event: PxeClientEvent) => void (event.type === "send-failed" && failed.resolve(event));
    // Loopback reaches no broadcast address of another network.
    const one = client({ clock, local, broadcast: "192.0.2.255", onEvent }, {});
    const power = new AbortController();
    const outcome = one.boot({ signal: power.signal });
    expect(await failed.promise).toMatchObject({ purpose: "discover", to: { address: "192.0.2.255" } });
    power.abort(new Error("enough"));
    await expect(outcome).rejects.toThrow("enough");
  });

  it("a file that is missing", async () => {
    await using dhcp = await udpServer(lan(now, { file: "none.efi", siaddr: local }));
    await using tftp = await udpServer(tftpServer(new Map()));
    const one = client({}, { server: dhcp.port, tftp: tftp.port });
    expect(await one.boot()).toEqual({ kind: "failed", code: "not-found", phase: "fetching" });
    expect(one.events.find(({ type }) => type === "fetch-failed")).toMatchObject({ text: "no such file" });
  });

  it("what onData throws ends the boot, and nothing stays bound", async () => {
    await using dhcp = await udpServer(lan(now, { file: "boot.efi", siaddr: local }));
    await using tftp = await udpServer(tftpServer(new Map([["boot.efi", file]])));
    const onData = () => {
      throw new Error("disc full");
    };
    const one = client({ onData }, { server: dhcp.port, tftp: tftp.port });
    await expect(one.boot()).rejects.toThrow("disc full");
  });

  it("many clients share one port", async () => {
    await using dhcp = await udpServer(lan(now, { file: "boot.efi", siaddr: local }));
    await using shared = await openDhcpPort({ address: local, port: 0 });
    const macs = Array.from({ length: 50 }, (_, at) => `52:54:00:00:00:${at.toString(16).padStart(2, "0")}`);
    const boots = macs.map((own) => client({ mac: own, dhcp: shared, fetch: false }, { server: dhcp.port }).boot());
    expect((await Promise.all(boots)).every(({ kind }) => kind === "named")).toBe(true);
  });
});

describe("time and signals", () => {
  it("repeats itself by the clock it was given, and gives up", async () => {
    const clock = handClock();
    const heard: number[] = [];
    let more = () => {};
    await using silent = await udpServer(() => {
      heard.push(clock.now());
      more();
    });
    const one = client({ clock }, { server: silent.port });
    const outcome = one.boot();
    for (const wait of [4000, 8000, 16_000, 32_000]) {
      await new Promise<void>((resolve) => {
        more = resolve;
        if (heard.length > 0 && heard.at(-1) === clock.now()) resolve();
      });
      clock.pass(wait);
    }
    expect(await outcome).toEqual({ kind: "failed", code: "no-answer", phase: "discovering" });
    expect(heard).toEqual([0, 4000, 12_000, 28_000]);
    expect(clock.pending()).toBe(0);
  });

  it("the deadline ends it", async () => {
    const clock = handClock();
    const sent = Promise.withResolvers<void>();
    await using silent = await udpServer(() => sent.resolve());
    const one = client({ clock, deadline: 1000 }, { server: silent.port });
    const outcome = one.boot();
    await sent.promise;
    clock.pass(1000);
    expect(await outcome).toEqual({ kind: "failed", code: "deadline", phase: "discovering" });
    expect(clock.pending()).toBe(0);
  });

  it("abort rejects with the reason; a signal that is aborted already binds nothing", async () => {
    const clock = handClock();
    const power = new AbortController();
    await using silent = await udpServer(() => power.abort(new Error("switched off")));
    const one = client({ clock }, { server: silent.port });
    await expect(one.boot({ signal: power.signal })).rejects.toThrow("switched off");
    expect(clock.pending()).toBe(0);
    const before = one.events.length;
    await expect(one.boot({ signal: power.signal })).rejects.toThrow("switched off");
    expect(one.events.length).toBe(before);
  });

  it("a TFTP server that falls silent: the last packet again, then gave-up", async () => {
    const clock = handClock();
    let more = () => {};
    let requests = 0;
    await using silent = await udpServer(() => {
      requests++;
      more();
    });
    let repeats = 0;
    const onRepeat = () => void repeats++;
    const got = tftpGet({ server: local, port: silent.port, file: "a", clock, repetitions: 2, onRepeat });
    for (let round = 0; round < 3; round++) {
      if (requests <= round) await new Promise<void>((resolve) => (more = resolve));
      for (let quarter = 0; quarter < 4; quarter++) clock.pass(250);
    }
    expect(await got).toEqual({ kind: "gave-up", text: "no packet came any more" });
    expect([requests, repeats]).toEqual([3, 2]);
  });
});

test("HTTP: any status but 200, and a port that nobody listens on, are values", async () => {
  const http = createServer((_, response) => response.writeHead(404).end("no"));
  await new Promise<void>((resolve) => http.listen(0, local, resolve));
  const { port } = http.address() as AddressInfo;
  expect(await httpGet({ url: `http://${local}:${port}/` })).toMatchObject({ kind: "error", code: 404 });
  await new Promise((resolve) => http.close(resolve));
  expect(await httpGet({ url: `http://${local}:${port}/` })).toMatchObject({ kind: "gave-up" });
  const foreign = { url: `http://${local}:${port}/`, local: "192.0.2.1" };
  await expect(httpGet(foreign)).rejects.toMatchObject({ code: "EADDRNOTAVAIL", address: "192.0.2.1" });
});

describe("options are checked", () => {
  it.each<[string, object, string]>([
    ["mac", { mac: "here" }, "mac: must be a MAC address"],
    ["mac", { mac: undefined }, "mac: must be a MAC address"],
    ["model", { model: "coreboot" }, "model: must be one of edk2-pxe, "],
    ["deadline", { deadline: -1 }, "deadline: must be milliseconds above 0"],
    ["ports.tftp", { ports: { tftp: 70_000 } }, "ports.tftp: must be a port from 1 to 65535"],
    ["ports.http", { ports: { http: 80 } }, "ports.http: unknown option"],
    ["fetsh", { fetsh: true }, "fetsh: unknown option"],
    ["menuEntry", { menuEntry: 1.5 }, "menuEntry: must be an integer from 0 to 255"],
  ])("%s: %j", (option, changes, message) => {
    const options = { model: "ipxe", mac, ...changes } as PxeClientOptions;
    expect(() => createPxeClient(options)).toThrow(
      expect.objectContaining({ option, message: expect.stringContaining(message) }),
    );
  });
});
