import { describe, expect, test } from "vitest";
import { fakeClock } from "./fake-clock.ts";
import { fetchFile, memory, pattern, running, type UdpClient, udpClient } from "./fixture.ts";
import { ack, data, error, hex, request, rrq, toHex } from "./hex.ts";

const files = { big: pattern(10_000), hello: Buffer.from("hello") };
const source = memory(files);

/** A transfer of "big" whose first block was received: the port it comes from. */
async function begun(client: UdpClient, port: number): Promise<number> {
  client.send(rrq("big"), port);
  const { packet, port: tid } = await client.next();
  expect(packet.subarray(4)).toEqual(Buffer.from(files.big.subarray(0, 512)));
  return tid;
}

/** Takes the rest of "big" after `begun`, and makes sure that it is right. */
async function goOn(client: UdpClient, tid: number): Promise<void> {
  for (let block = 1; block <= 20; block++) {
    client.send(ack(block), tid);
    if (block === 20) return;
    const { packet } = await client.next();
    expect(toHex(packet.subarray(0, 4))).toBe(toHex(data(block + 1, new Uint8Array(0))));
    expect(Buffer.compare(packet.subarray(4), files.big.subarray(block * 512, block * 512 + 512))).toBe(0);
  }
}

const options = (...pairs: string[]) => rrq("hello", ...pairs);
const malformed: readonly (readonly [string, Uint8Array])[] = [
  ["one byte", hex("00")],
  ["no byte", hex("")],
  ["opcode 0", hex("00 00 61 00 6f 63 74 65 74 00")],
  ["DATA", hex("00 03 00 01 61")],
  ["ACK", hex("00 04 00 01")],
  ["ERROR", hex("00 05 00 01 61 00")],
  ["ERROR without NUL", hex("00 05 ff ff 61")],
  ["OACK", hex("00 06 61 00 62 00")],
  ["opcode 7", hex("00 07 00 00")],
  ["opcode 8", hex("00 08 00 00")],
  ["opcode 0xffff", hex("ff ff 00 00")],
  ["RRQ without NUL", hex("00 01 61 62 63")],
  ["RRQ with one NUL", hex("00 01 61 00 6f 63")],
  ["1000 options", request(1, "hello", "octet", ...Array.from({ length: 2000 }, () => "x"))],
];

/** Requests that are answered by an ERROR, or as if the option were not there. */
const answered: readonly (readonly [string, Uint8Array, string])[] = [
  ["empty name", request(1, "", "octet"), "00 05 00 01"],
  ["a name of 256 bytes", rrq("n".repeat(256)), "00 05 00 01"],
  ["a name of 480 bytes", rrq("n".repeat(480)), "00 05 00 01"],
  ["a name with a line end", rrq("a\nb"), "00 05 00 01"],
  ["a name with an escape sequence", rrq("\u001b[2Ja"), "00 05 00 01"],
  ["empty mode", request(1, "hello", ""), "00 05 00 04"],
  ["mode mail", request(1, "hello", "mail"), "00 05 00 04"],
  ["WRQ", request(2, "hello", "octet"), "00 05 00 02"],
  ["WRQ with options", request(2, "x", "octet", "tsize", "5"), "00 05 00 02"],
  ["blksize 0", options("blksize", "0"), "00 03 00 01"],
  ["blksize -1", options("blksize", "-1"), "00 03 00 01"],
  ["blksize 65465", options("blksize", "65465"), "00 03 00 01"],
  ["blksize 1e30", options("blksize", "1e30"), "00 03 00 01"],
  ["blksize 08", options("blksize", "08"), "00 03 00 01"],
  ["windowsize 0", options("windowsize", "0"), "00 03 00 01"],
  ["windowsize 65536", options("windowsize", "65536"), "00 03 00 01"],
  ["timeout 0", options("timeout", "0"), "00 03 00 01"],
  ["timeout 256", options("timeout", "256"), "00 03 00 01"],
  ["an option without value", options("blksize"), "00 03 00 01"],
  ["garbage behind the mode", Uint8Array.of(...rrq("hello"), 0xff, 0xfe), "00 03 00 01"],
  ["blksize twice", options("blksize", "8", "blksize", "9"), "00 06 62 6c 6b 73 69 7a 65 00 38 00"],
];

describe("while a transfer runs", () => {
  test("malformed packets on the request port end in silence", async () => {
    const { port, events } = await running({ source });
    const client = await udpClient();
    const other = await udpClient();
    const tid = await begun(client, port);
    for (const [, packet] of malformed) other.send(packet, port);
    // The next answer is the one to the request after them all.
    expect(await fetchFile(other, port, "hello")).toEqual(Buffer.from("hello"));
    expect(other.waiting).toBe(0);
    await goOn(client, tid);
    expect(events.filter(({ type }) => type === "refused")).toHaveLength(malformed.length);
  });

  test.each(answered)("%s is answered in the shortest way", async (_, packet, expected) => {
    const { port } = await running({ source });
    const client = await udpClient();
    const other = await udpClient();
    const tid = await begun(client, port);
    other.send(packet, port);
    const { packet: answer } = await other.next();
    expect(toHex(answer).startsWith(expected)).toBe(true);
    expect(answer.length).toBeLessThanOrEqual(45);
    await goOn(client, tid);
  });

  test.each([
    ["ACKs of blocks long acknowledged", Array.from({ length: 200 }, () => ack(1))],
    ["ACK 0", Array.from({ length: 15 }, () => ack(0))],
    ["ACKs of the future", [ack(3), ack(500), ack(65_535), ack(40_000)]],
    ["DATA and OACK from the client", [data(2, hex("61")), hex("00 06 61 00 62 00"), hex("00 01")]],
    ["short packets", [hex(""), hex("00"), hex("00 04"), hex("00 04 00")]],
  ])("%s to its port change nothing", async (_, packets) => {
    const { port, events } = await running({ source });
    const client = await udpClient();
    const tid = await begun(client, port);
    client.send(ack(1), tid);
    expect(toHex((await client.next()).packet.subarray(0, 4))).toBe("00 03 00 02");
    for (const packet of packets) client.send(packet, tid);
    client.send(ack(2), tid);
    expect(toHex((await client.next()).packet.subarray(0, 4))).toBe("00 03 00 03");
    expect(client.waiting).toBe(0);
    expect(events.some(({ type }) => type === "aborted")).toBe(false);
  });

  test("a flood without sense ends the transfer with ERROR 4", async () => {
    const { port, event } = await running({ source });
    const client = await udpClient();
    const tid = await begun(client, port);
    for (let n = 0; n < 21; n++) client.send(ack(1000 + n), tid);
    expect(toHex((await client.next()).packet.subarray(0, 4))).toBe("00 05 00 04");
    expect(await event("aborted")).toMatchObject({ reason: "protocol" });
  });

  test("ERROR 65535 without NUL from the client ends it, without an answer", async () => {
    const { port, event } = await running({ source });
    const client = await udpClient();
    const tid = await begun(client, port);
    client.send(hex("00 05 ff ff 1b 5b"), tid);
    expect(await event("aborted")).toMatchObject({
      reason: "client-error",
      error: { code: 65535, message: "\u001b[" },
    });
    expect(await fetchFile(client, port, "hello")).toEqual(Buffer.from("hello"));
  });

  test("a stranger who sends to its port disturbs nothing and gets nothing", async () => {
    const { port, events } = await running({ source });
    const client = await udpClient();
    const stranger = await udpClient("127.0.0.5");
    const tid = await begun(client, port);
    for (const packet of [ack(1), error(0, "go away"), data(1, hex("00")), hex("00")]) stranger.send(packet, tid);
    await goOn(client, tid);
    expect(await fetchFile(stranger, port, "hello")).toEqual(Buffer.from("hello"));
    expect(stranger.waiting).toBe(0);
    expect(events.some(({ type }) => type === "aborted")).toBe(false);
  });
});

describe("the same client port again", () => {
  test("a repeated request is answered by the same first packet from the same port", async () => {
    const clock = fakeClock();
    const { port, events } = await running({ source }, clock);
    const client = await udpClient();
    const packet = rrq("big", "tsize", "0");
    client.send(packet, port);
    const first = await client.next();
    for (let n = 0; n < 50; n++) client.send(packet, port);
    expect(await fetchFile(await udpClient(), port, "hello")).toEqual(Buffer.from("hello"));
    expect(client.waiting).toBe(0);
    clock.advance(500);
    client.send(packet, port);
    expect(await client.next()).toEqual(first);
    expect(events.filter(({ type }) => type === "start")).toHaveLength(2);
  });

  test("another file replaces silently what nobody has acknowledged", async () => {
    const clock = fakeClock();
    const { port, server, event } = await running({ source }, clock);
    const client = await udpClient();
    const first = await begun(client, port);
    client.send(rrq("hello"), port);
    const second = await client.next();
    expect(second.packet.toString("latin1", 4)).toBe("hello");
    expect(await event("aborted")).toMatchObject({ reason: "replaced", transfer: { file: "big" } });
    expect(server.statistics().transfersActive).toBe(1);
    const third = await begun(client, port);
    // RFC 1350 section 4: each transfer draws its TID anew. Of 28,000 ports two draws of three are alike now and then.
    expect(new Set([first, second.port, third]).size).toBeGreaterThan(1);
    expect(server.statistics().transfersActive).toBe(1);
    expect(client.waiting).toBe(0);
  });

  test("a forged request from the port of a transfer that was acknowledged ends nothing", async () => {
    const { port, server, events } = await running({ source });
    const client = await udpClient();
    const tid = await begun(client, port);
    client.send(ack(1), tid);
    await client.next();
    for (const name of ["hello", "big", "hello"]) {
      client.send(rrq(name, "tsize", "0"), port);
      expect((await client.next()).packet[1]).toBe(6);
    }
    for (let block = 2; block <= 20; block++) {
      client.send(ack(block), tid);
      if (block < 20) expect((await client.next()).packet.readUInt16BE(2)).toBe(block + 1);
    }
    client.send(rrq("none"), port);
    await client.next();
    expect(events.filter(({ type }) => type === "done")).toMatchObject([
      { transfer: { file: "big" }, confirmed: true },
    ]);
    expect(server.statistics().transfersActive).toBe(0);
  });

  test("a client that has really asked anew goes on with the new transfer, and the one it left ends", async () => {
    const clock = fakeClock();
    const { port, server, event } = await running({ source }, clock);
    const client = await udpClient();
    const tid = await begun(client, port);
    client.send(ack(1), tid);
    await client.next();
    clock.advance(30);
    await client.next();
    client.send(rrq("big"), port);
    const { packet, port: second } = await client.next();
    expect(packet.readUInt16BE(2)).toBe(1);
    expect(server.statistics().transfersActive).toBe(2);
    client.send(ack(1), second);
    expect(await event("aborted")).toMatchObject({ reason: "replaced", transfer: { id: 1 } });
    expect((await client.next()).packet.readUInt16BE(2)).toBe(2);
    expect(server.statistics().transfersActive).toBe(1);
  });

  test("a request doubled by the network after the first ACK changes nothing", async () => {
    const { port, server, events, event } = await running({ source });
    const client = await udpClient();
    const tid = await begun(client, port);
    client.send(ack(1), tid);
    await client.next();
    client.send(rrq("big"), port);
    expect(await fetchFile(await udpClient(), port, "hello")).toEqual(Buffer.from("hello"));
    await event("done");
    expect([client.waiting, server.statistics().transfersActive]).toEqual([0, 1]);
    expect(events.some(({ type }) => type === "aborted")).toBe(false);
  });

  test("a spoofed request is answered by at most three packets, the clock may run as long as it wants", async () => {
    const clock = fakeClock();
    const { port, event } = await running({ source }, clock);
    const victim = await udpClient();
    victim.send(rrq("big"), port);
    await victim.next();
    clock.advance(100_000);
    expect(await event("aborted")).toMatchObject({ reason: "unanswered", figures: { retransmissions: 2, bytes: 0 } });
    await victim.next();
    await victim.next();
    expect(await fetchFile(victim, port, "hello")).toEqual(Buffer.from("hello"));
  });
});
