import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { directory, notFound, type Source } from "@bootlace/boot-source";
import { describe, expect, test } from "vitest";
import { folder, running, udpClient } from "./fixture.ts";
import { hex, rrq } from "./hex.ts";

const octet = "006f6374657400";

async function bootFolder(): Promise<string> {
  const root = await folder();
  await mkdir(join(root, "efi"));
  await writeFile(join(root, "boot.0"), "b".repeat(1000));
  await writeFile(join(root, "efi/loader.efi"), "e".repeat(1000));
  await writeFile(join(root, "bürö.0"), "u".repeat(1000));
  return root;
}

/** What the first datagram that comes back is: its opcode, and what it begins with. */
async function answerTo(source: Source, datagram: string) {
  const { server, events, port } = await running({ source });
  const client = await udpClient();
  client.send(hex(datagram), port);
  const { packet } = await client.next();
  await server.stop({ drain: false });
  return { packet: packet.toString("hex"), events };
}

const data = (letter: string) => `00030001${Buffer.from(letter.repeat(512)).toString("hex")}`;
const boot0 = "0001626f6f742e30";

describe("a read request whose name has the options behind option 67 at its end", () => {
  test.each([
    ["option 54, ff", `${boot0}3604c0a83201ff${octet}`, "b", "boot.0"],
    ["option 54, cut at its first zero", `${boot0}36040a${octet}`, "b", "boot.0"],
    ["option 66 of 13 characters, ff", `${boot0}420d3139322e3136382e35302e3130ff${octet}`, "b", "boot.0"],
    ["option 51, cut at its first zero", `${boot0}3304${octet}`, "b", "boot.0"],
    ["option 43, ff", `${boot0}2b04060108ffff${octet}`, "b", "boot.0"],
    [
      "a code that is no printable character",
      `00016566692f6c6f616465722e6566690104ffffff${octet}`,
      "e",
      "efi/loader.efi",
    ],
    ["a code above 7e", `${boot0}d104ffffffff${octet}`, "b", "boot.0"],
    ["a name in a folder", `00016566692f6c6f616465722e656669360401020304ff${octet}`, "e", "efi/loader.efi"],
  ])("%s: is served", async (_what, datagram, letter, file) => {
    const { packet, events } = await answerTo(directory(await bootFolder()), datagram);
    expect(packet).toBe(data(letter));
    const started = events.find(({ type }) => type === "start");
    expect(started).toMatchObject({ transfer: { file, askedFor: expect.stringContaining(file) } });
  });

  test("with the options of TFTP", async () => {
    const { packet } = await answerTo(directory(await bootFolder()), `${boot0}3604c0a83201ff${octet}7473697a65003000`);
    expect(packet).toBe(`0006${Buffer.from("tsize\x001000\0").toString("hex")}`);
  });

  test.each([
    ["ff alone", `${boot0}ff${octet}`, "b"],
    ["several ff", `${boot0}ffffffffff${octet}`, "b"],
    ["a name that has such bytes itself", `000162c3bc72c3b62e30${octet}`, "u"],
  ])("%s: is served under its own name", async (_what, datagram, letter) => {
    const { packet, events } = await answerTo(directory(await bootFolder()), datagram);
    expect(packet).toBe(data(letter));
    expect(events.find(({ type }) => type === "start")).not.toHaveProperty("transfer.askedFor");
  });

  test.each([
    ["no such file", `00016e6f7468696e672e303604c0a83201ff${octet}`],
    ["a path out of the root", `00012e2e2f6574632f70617373776401${octet}`],
    ["nothing before the tail", `00010102${octet}`],
  ])("%s: is not found", async (_what, datagram) => {
    expect((await answerTo(directory(await bootFolder()), datagram)).packet.slice(0, 8)).toBe("00050001");
  });

  test("a source is asked for the exact name first, and for no other where that is found or refused", async () => {
    const asked: string[] = [];
    const source: Source = {
      open(name) {
        asked.push(name);
        return notFound(name === "x\xe9y" ? "permission-denied" : "missing");
      },
    };
    await answerTo(source, `000178c3a979${octet}`);
    expect(asked).toEqual(["x\xe9y"]);
  });
});

test("the source answers later just as well", async () => {
  const source: Source = { open: async (name) => notFound(name === "boot.0" ? "too-large" : "missing") };
  const { events } = await answerTo(source, `${boot0}3604c0a83201ff${octet}`);
  expect(events.find(({ type }) => type === "not-found")).toMatchObject({ reason: "too-large" });
});

describe("a request to a broadcast address", () => {
  const broadcasts = [{ address: "127.255.255.255", instead: "127.0.0.1" }];

  test("gets no answer, and is reported with the address to ask", async () => {
    const { port, event, server } = await running({ source: directory(await bootFolder()), broadcasts });
    const client = await udpClient();
    client.broadcast(rrq("boot.0"), port, "127.255.255.255");
    expect(await event("refused")).toMatchObject({
      reason: "broadcast",
      file: "boot.0",
      code: undefined,
      detail: "127.0.0.1",
      client: { address: "127.0.0.1", localAddress: "127.255.255.255" },
    });
    await server.configure({ broadcasts: [] });
    client.send(rrq("boot.0"), port);
    await client.next();
    expect(client.waiting).toBe(0);
  });

  test("that cannot be bound is left out, and the server serves", async () => {
    const { event, port } = await running({
      source: directory(await bootFolder()),
      broadcasts: [{ address: "203.0.113.255", instead: "203.0.113.1" }, ...broadcasts],
    });
    const client = await udpClient();
    client.broadcast(rrq("boot.0"), port, "127.255.255.255");
    expect(await event("refused")).toMatchObject({ reason: "broadcast" });
  });

  test("an address that is none is refused by its name", async () => {
    const source = directory(await bootFolder());
    await expect(running({ source, broadcasts: [{ address: "x", instead: "127.0.0.1" }] })).rejects.toThrow(
      "broadcasts",
    );
  });
});
