import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { linkMtu } from "../src/link-mtu.ts";
import { fakeClock } from "./fake-clock.ts";
import { memory, pattern, running, udpClient } from "./fixture.ts";
import { rrq } from "./hex.ts";

const source = memory({ big: pattern(100_000) });

/** The blksize that a client gets which asks for this one. */
async function granted(port: number, wanted: number): Promise<string | undefined> {
  const client = await udpClient();
  client.send(rrq("big", "blksize", String(wanted)), port);
  const { packet } = await client.next();
  await client.close();
  return packet.toString("latin1", 2).split("\0")[1];
}

describe("the MTU of the interface", () => {
  test.each([
    [1500, 1468, 1468],
    [1500, 9000, 1468],
    [1400, 1468, 1368],
    [1400, 1024, 1024],
    [576, 1468, 544],
    [576, 512, 512],
    [9000, 9000, 1468],
    [undefined, 9000, 1468],
  ])("%s: of %i bytes %i are granted", async (mtu, wanted, expected) => {
    const { port } = await running({ source, mtuOf: () => mtu });
    expect(await granted(port, wanted)).toBe(String(expected));
  });

  test("is no bound for who allows more than an Ethernet frame holds, and bounds who allows less", async () => {
    const large = await running({ source, mtuOf: () => 1500, limits: { maxBlockSize: 8192 } });
    expect(await granted(large.port, 65464)).toBe("8192");
    const small = await running({ source, mtuOf: () => 1400, limits: { maxBlockSize: 1024 } });
    expect(await granted(small.port, 65464)).toBe("1024");
  });

  test("is asked for of the address that was asked, and again after two seconds", async () => {
    const clock = fakeClock();
    const asked: string[] = [];
    const mtus = [1400, 576];
    const mtuOf = (address: string) => {
      asked.push(address);
      return mtus.shift();
    };
    const { port } = await running({ source, mtuOf }, clock);
    expect(await granted(port, 1468)).toBe("1368");
    clock.advance(1999);
    expect(await granted(port, 1468)).toBe("1368");
    clock.advance(1);
    expect(await granted(port, 1468)).toBe("544");
    expect(asked).toEqual(["127.0.0.1", "127.0.0.1"]);
  });

  test("is what the system said last where no descriptor is left to ask it", () => {
    const module = new URL("../src/link-mtu.ts", import.meta.url).href;
    const script = `
      import { openSync } from "node:fs";
      import { largestBlock, linkMtu } from ${JSON.stringify(module)};
      let now = 0;
      const largest = largestBlock("127.0.0.1", () => now, linkMtu);
      const before = largest();
      try { for (;;) openSync("/dev/null"); } catch (error) { console.log(error.code); }
      now = 5000;
      console.log(before === largest() && before > 0 ? "as before" : [before, largest()]);
    `;
    const shell = 'ulimit -n 64; exec "$0" --input-type=module --eval "$1"';
    const said = execFileSync("/bin/sh", ["-c", shell, process.execPath, script], { encoding: "utf8" });
    expect(said.trim().split("\n")).toEqual(["EMFILE", "as before"]);
  });

  test("is what the system says", () => {
    const file = "/sys/class/net/lo/mtu";
    const expected = existsSync(file) ? Number(readFileSync(file, "latin1")) : undefined;
    expect(linkMtu("127.0.0.1")).toBe(expected);
    expect(linkMtu("192.0.2.77")).toBeUndefined();
  });
});
