import type { Socket } from "node:dgram";
import { describe, expect, it } from "vitest";
import { tftpGet } from "../src/tftp-get.ts";
import { udpServer } from "./support-lan.ts";

const server = "127.0.0.1";
const data = (block: number, ...bytes: number[]) => Buffer.from([0, 3, block >> 8, block & 255, ...bytes]);
const oack = (...words: string[]) => Buffer.from(`\0\x06${words.join("\0")}\0`, "latin1");

type Said = (words: string, say: (...packets: Buffer[]) => void) => void;

/** A server that answers as a script says; `words` is what it got, as text: the options of RRQ, or `ack N`. */
function scripted(said: Said) {
  return udpServer((bytes, from, socket: Socket) => {
    const packet = Buffer.from(bytes);
    const words =
      packet[1] === 4 ? `ack ${packet.readUInt16BE(2)}` : packet.toString("latin1", 2).split("\0").join(" ").trim();
    said(words, (...packets) => {
      for (const out of packets) socket.send(out, from.port, from.address);
    });
  });
}

describe("tftpGet", () => {
  it("windows: a hole is reported once, and what comes again is not taken twice", async () => {
    const heard: string[] = [];
    let lost = true;
    await using one = await scripted((words, say) => {
      heard.push(words);
      if (words.startsWith("a octet")) say(oack("blksize", "8", "windowsize", "4"));
      else if (words === "ack 0") say(data(1, ...Array(8).fill(1)), data(3, ...Array(8).fill(3)), data(4, 4));
      else if (words === "ack 1" && lost) {
        lost = false;
        say(data(2, ...Array(8).fill(2)), data(3, ...Array(8).fill(3)), data(4, 4));
      }
    });
    const got: number[] = [];
    const onData = (bytes: Uint8Array, offset: number) => {
      expect(offset).toBe(got.length);
      got.push(...bytes);
    };
    const options = { server, port: one.port, file: "a", blockSize: 8, windowSize: 4, onData };
    expect(await tftpGet(options)).toEqual({ kind: "whole", bytes: 25 });
    expect(got).toEqual([...Array(8).fill(1), ...Array(8).fill(2), ...Array(8).fill(3), 4]);
    expect(heard.slice(0, 3)).toEqual(["a octet tsize 0 blksize 8 windowsize 4", "ack 0", "ack 1"]);
  });

  it("a server without options sends 512 bytes a block; the size that it names is passed on", async () => {
    await using plain = await scripted((words, say) => {
      if (words.startsWith("a octet")) say(data(1, ...Array(512).fill(7)));
      else if (words === "ack 1") say(data(2));
    });
    expect(await tftpGet({ server, port: plain.port, file: "a" })).toEqual({ kind: "whole", bytes: 512 });
    await using sized = await scripted((words, say) => {
      if (words.startsWith("a octet")) say(oack("tsize", "3"));
      else if (words === "ack 0") say(data(1, 1, 2, 3));
    });
    const sizes: number[] = [];
    await tftpGet({ server, port: sized.port, file: "a", onSize: (size) => sizes.push(size) });
    expect(sizes).toEqual([3]);
  });

  it("an ERROR is a value; a block that is too long is not forgiven", async () => {
    await using missing = await scripted((_, say) => say(Buffer.from("\0\x05\0\x01no such file\0", "latin1")));
    expect(await tftpGet({ server, port: missing.port, file: "a" })).toEqual({
      kind: "error",
      code: 1,
      text: "no such file",
    });
    await using long = await scripted((_, say) => say(data(1, ...Array(513).fill(0))));
    await expect(tftpGet({ server, port: long.port, file: "a" })).rejects.toThrow("a: a block of 513 bytes");
  });

  it("a machine that is switched off may leave its socket behind", async () => {
    const power = new AbortController();
    await using silent = await scripted(() => power.abort(new Error("switched off")));
    const left: (() => void)[] = [];
    const options = { server, port: silent.port, file: "a", signal: power.signal };
    const got = tftpGet({ ...options, onAbandoned: (close) => void left.push(close) });
    await expect(got).rejects.toThrow("switched off");
    expect(left).toHaveLength(1);
    for (const close of left) close();
  });
});
