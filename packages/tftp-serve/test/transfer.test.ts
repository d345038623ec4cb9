import { describe, expect, test } from "vitest";
import { acknowledgedOctets } from "../src/core/transfer.ts";
import { run, runFrom } from "./transfer-run.ts";

describe("lockstep", () => {
  test("OACK, ACK 0, then block by block", () => {
    const t = run({ size: 1200 });
    expect(t.first).toBe("oack");
    expect([t.ack(0, 1), t.ack(1, 2), t.ack(2, 3), t.ack(3, 4)]).toEqual(["1", "2", "3", "done"]);
    expect(t.state.retransmissions).toBe(0);
  });

  test("V6 and V7: without options DATA 1 comes at once", () => {
    const t = run({ offer: false, size: 5 });
    expect(t.first).toBe("1");
    expect(t.ack(1, 1)).toBe("done");
  });

  test.each([
    [0, 1],
    [1, 1],
    [511, 1],
    [512, 2],
    [513, 2],
    [1024, 3],
    [65535 * 512, 65536],
    [65536 * 512 + 1, 65537],
    [5 * 2 ** 30, 10_485_761],
    [2 ** 53 - 1, 17_592_186_044_416],
  ])("%i bytes are %i blocks", (size, blocks) => {
    expect(run({ size }).state.lastBlock).toBe(blocks);
  });

  test("V11: an ACK that comes twice is not answered", () => {
    const t = run({ offer: false });
    expect([t.ack(1, 1), t.ack(1, 2), t.ack(1, 900), t.ack(2, 901), t.ack(2, 902)]).toEqual(["2", "-", "-", "3", "-"]);
    expect(t.state.strays).toBe(0);
  });

  test("ACK 0 that comes twice is not answered", () => {
    const t = run();
    expect([t.ack(0, 1), t.ack(0, 2), t.ack(0, 3), t.ack(1, 4)]).toEqual(["1", "-", "-", "2"]);
  });

  test("old ACKs are ignored, however many", () => {
    const t = run({ offer: false, size: 100 * 512 });
    for (let block = 1; block <= 60; block++) t.ack(block, block);
    for (let n = 0; n < 100; n++) expect(t.ack(1 + (n % 59), 100 + n)).toBe("-");
    expect(t.state.strays).toBe(0);
    expect(t.ack(61, 300)).toBe("62");
  });

  test("an ACK of a block that was not sent is no ACK; more than 20 in a row end the transfer", () => {
    const t = run({ offer: false });
    t.ack(1, 1);
    for (let n = 0; n < 20; n++) expect(t.ack(3 + n * 7, 2)).toBe("-");
    expect(t.ack(2, 3)).toBe("3");
    for (let n = 0; n < 20; n++) expect(t.ack(4, 2)).toBe("-");
    expect(t.ack(4, 4)).toBe("protocol with ERROR 4");
  });

  test("ACK 0 without an OACK, and DATA or OACK from the client, are strays", () => {
    const t = run({ offer: false });
    expect(t.ack(0, 1)).toBe("-");
    expect(t.state.strays).toBe(1);
    for (let n = 0; n < 19; n++) expect(t.stray()).toBe("-");
    expect(t.stray()).toBe("protocol with ERROR 4");
  });

  test("only ACK 0 accepts an OACK", () => {
    const t = run();
    expect([t.ack(1, 1), t.ack(65535, 2), t.ack(0, 3)]).toEqual(["-", "-", "1"]);
  });
});

describe("windows", () => {
  const six = { windowSize: 4 };

  test("V10: block 3 is lost", () => {
    const t = run(six);
    expect([t.ack(0, 10), t.ack(2, 20), t.ack(6, 30)]).toEqual(["1..4", "3..6", "done"]);
    expect(t.state.retransmissions).toBe(2);
  });

  test("V10: block 1 is lost; three ACK 0 start the window again once", () => {
    const t = run(six);
    expect([t.ack(0, 10), t.ack(0, 20), t.ack(0, 20), t.ack(0, 20)]).toEqual(["1..4", "1..4", "-", "-"]);
    expect([t.ack(4, 30), t.ack(6, 40)]).toEqual(["5..6", "done"]);
    expect(t.state.retransmissions).toBe(4);
  });

  test("once for each base, but not for the window after one that was sent twice", () => {
    const t = run({ ...six, size: 512 * 20 });
    expect([t.ack(0, 10), t.ack(0, 20), t.ack(4, 30), t.ack(4, 40), t.ack(4, 50)]).toEqual([
      "1..4",
      "1..4",
      "5..8",
      "-",
      "-",
    ]);
    expect([t.tick(70), t.ack(8, 80), t.ack(8, 90), t.ack(12, 100), t.ack(12, 110)]).toEqual([
      "5..8",
      "9..12",
      "-",
      "13..16",
      "13..16",
    ]);
  });

  test("an ACK inside a window with copies slides it: only what was not sent yet", () => {
    const t = run({ ...six, size: 512 * 20 });
    expect([t.ack(0, 10), t.ack(2, 20), t.ack(4, 30)]).toEqual(["1..4", "3..6", "7..8"]);
    expect(t.state.retransmissions).toBe(2);
    // A block was lost after all: this one is believed again.
    expect([t.ack(4, 31), t.ack(4, 40), t.ack(8, 50)]).toEqual(["-", "5..8", "9..12"]);
  });

  test("an ACK inside a window sooner than half a round trip slides it", () => {
    const t = run({ ...six, size: 512 * 20 });
    expect([t.ack(0, 10), t.ack(2, 14), t.ack(6, 24), t.ack(8, 34)]).toEqual(["1..4", "5..6", "7..10", "9..12"]);
  });

  test("it may slide by a single block", () => {
    const t = run({ ...six, size: 512 * 20 });
    expect([t.ack(0, 10), t.ack(1, 14), t.ack(2, 18), t.ack(5, 28)]).toEqual(["1..4", "5", "6", "6..9"]);
  });

  test("at the end of the file there is nothing to slide; the timer runs", () => {
    const t = run(six);
    expect([t.ack(0, 10), t.ack(2, 20), t.ack(4, 30), t.tick(69), t.tick(70), t.ack(6, 80)]).toEqual([
      "1..4",
      "3..6",
      "-",
      "-",
      "5..6",
      "done",
    ]);
  });

  test("echoes of the window before, sooner than half a round trip, do not start it again", () => {
    const t = run({ ...six, size: 512 * 20 });
    expect([t.ack(0, 10), t.ack(1, 20), t.ack(1, 20), t.ack(1, 24), t.ack(1, 25)]).toEqual([
      "1..4",
      "2..5",
      "-",
      "-",
      "2..5",
    ]);
  });

  test("after a timeout the window comes again, and a duplicate may still start it once more", () => {
    const t = run(six);
    t.ack(0, 10);
    expect([t.tick(49), t.tick(50), t.ack(0, 60), t.ack(0, 70)]).toEqual(["-", "1..4", "1..4", "-"]);
    expect(t.state.retransmissions).toBe(8);
  });

  test("a lost OACK is sent again alone", () => {
    const t = run(six);
    expect([t.tick(999), t.tick(1000)]).toEqual(["-", "oack"]);
    expect(t.state.retransmissions).toBe(1);
  });

  test("an ACK beyond the window is a stray", () => {
    const t = run(six);
    t.ack(0, 10);
    expect([t.ack(5, 20), t.state.strays, t.ack(4, 20)]).toEqual(["-", 1, "5..6"]);
  });

  test("a window larger than the file is the file", () => {
    const t = run({ windowSize: 64 });
    expect([t.ack(0, 1), t.ack(6, 2)]).toEqual(["1..6", "done"]);
  });
});

describe("block numbers", () => {
  const huge = { size: 512 * 200_000, windowSize: 4 };

  test("V8: after 65535 comes 0, and its ACK is that of block 65536", () => {
    const t = runFrom(65534, huge);
    expect(t.ack(65535, 10)).toBe("65536..65539");
    expect(t.ack(3, 20)).toBe("65540..65543");
    expect(acknowledgedOctets(t.state)).toBe(65539 * 512);
    const zero = runFrom(65532, huge);
    expect(zero.ack(0, 10)).toBe("65537..65540");
  });

  test("V8 in lockstep", () => {
    const t = runFrom(65535, { ...huge, windowSize: 1 });
    expect([t.ack(0, 10), t.ack(0, 11), t.ack(65535, 12), t.ack(1, 13)]).toEqual(["65537", "-", "-", "65538"]);
    expect(t.state.strays).toBe(0);
  });

  test("rollover to 1: there is no block 0", () => {
    const t = runFrom(65534, { ...huge, rollover: 1 });
    expect(t.ack(65535, 10)).toBe("65536..65539");
    expect([t.ack(0, 20), t.state.strays]).toEqual(["-", 1]);
    expect(t.ack(4, 20)).toBe("65540..65543");
    expect(t.ack(65535, 25)).toBe("-");
    expect(t.ack(8, 30)).toBe("65544..65547");
    expect(t.state.strays).toBe(0);
  });

  test("rollover to 1 with an OACK", () => {
    const t = run({ rollover: 1 });
    expect([t.ack(0, 1), t.ack(1, 2), t.ack(0, 3)]).toEqual(["1", "2", "-"]);
  });

  test("beyond 4 GiB", () => {
    const size = 5 * 2 ** 30 + 7;
    const blocks = Math.floor(size / 1468) + 1;
    const t = runFrom(blocks - 6, { size, blockSize: 1468, windowSize: 4 });
    expect(t.ack((blocks - 2) & 0xffff, 20)).toBe(`${blocks - 1}..${blocks}`);
    expect(acknowledgedOctets(t.state)).toBe((blocks - 2) * 1468);
    expect(t.ack(blocks & 0xffff, 20)).toBe("done");
    expect(acknowledgedOctets(t.state)).toBe(size);
  });
});

describe("the client ends it", () => {
  test.each([
    [0, "probe"],
    [8, "probe"],
    [4, "client-error 4 text"],
  ])("V3: OACK answered by ERROR %i is %s; nothing is sent", (code, expected) => {
    expect(run().error(code, "text")).toBe(expected);
  });

  test("ERROR without an OACK, or after ACK 0, is no probe", () => {
    expect(run({ offer: false }).error(8, "x")).toBe("client-error 8 x");
    const t = run();
    t.ack(0, 1);
    expect(t.error(0, "closed")).toBe("client-error 0 closed");
  });

  test("a closed port ends it; when all was sent, it may be complete", () => {
    expect(run().portClosed()).toBe("port-closed");
    expect(run({ offer: false, size: 5 }).portClosed()).toBe("port-closed");
    const t = run();
    expect([t.ack(0, 1), t.portClosed()]).toEqual(["1", "port-closed"]);
    const last = run({ size: 600 });
    expect([last.ack(0, 1), last.ack(1, 2), last.portClosed()]).toEqual(["1", "2", "done unconfirmed"]);
  });

  test("the same request again is answered again, until the client has acknowledged", () => {
    const t = run();
    expect([t.repeat(19), t.repeat(20), t.repeat(39), t.repeat(40)]).toEqual(["-", "oack", "-", "oack"]);
    expect(t.state.retransmissions).toBe(2);
    expect([t.ack(0, 41), t.repeat(500)]).toEqual(["1", "-"]);
  });
});
