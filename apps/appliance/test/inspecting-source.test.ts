import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { content, directory, type Source, type SourceClient } from "@bootlace/boot-source";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Inspected, inspectingSource } from "../src/boot-files/inspecting-source.ts";
import { namesakeFinder } from "../src/boot-files/namesakes.ts";
import { scriptSource } from "../src/boot-files/script-source.ts";
import { otherMacNames } from "../src/catalogue/tries.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "bootlace-inspect-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(name: string, text: string): void {
  writeFileSync(join(root, name), text);
  // Long unchanged: only then a version names its bytes.
  utimesSync(join(root, name), 1_000_000, 1_000_000);
}

const client = (address = "10.0.0.7"): SourceClient => ({
  address,
  port: 2000,
  localAddress: "192.168.50.10",
  localPort: 69,
});

function inspecting(source: Source) {
  const seen: Inspected[] = [];
  const isOwnHost = (host: string) => host === "192.168.50.10";
  const inspector = inspectingSource(source, { isOwnHost, onInspected: (inspected) => seen.push(inspected) });
  const get = async (name: string, who = client()) => {
    const opened = await inspector.open(name, who);
    if (opened.ok) await opened.file.close();
    await inspector.idle();
    return opened.ok;
  };
  return { get, seen, inspector };
}

/** As the system's clock is to a file that was written long ago. */
const later = () => Date.now() + 3_600_000;

test("a file that is opened is looked at, and reported once", async () => {
  put("vmlinuz", "<!DOCTYPE html>");
  const { get, seen } = inspecting(directory(root, { now: later }));
  expect(await get("/vmlinuz")).toBe(true);
  await get("vmlinuz");
  await get("vmlinuz", client("10.0.0.8"));
  expect(await get("other")).toBe(false);
  expect(seen.map(({ path, client, facts }) => [path, client, facts.flaw])).toEqual([
    ["vmlinuz", "10.0.0.7", "web-page"],
  ]);
});

test("the same version is read once, and a new one is looked at again", async () => {
  let reads = 0;
  let text = "a";
  const source: Source = {
    async open() {
      const made = content(text, text);
      if (!made.ok) return made;
      const read = (target: Uint8Array, position: number) => {
        reads++;
        return made.file.read(target, position);
      };
      return { ok: true, file: { ...made.file, read } };
    },
  };
  const { get, seen } = inspecting(source);
  await get("x");
  await get("x", client("10.0.0.8"));
  expect(reads).toBe(1);
  text = "longer";
  await get("x");
  expect([reads, seen.map(({ facts }) => facts.size)]).toEqual([2, [1, 6]]);
});

test("clients with folders of their own: what a name stands for is reported whenever it changes", async () => {
  const source: Source = { open: (_name, { address }) => content(`of ${address}`, address) };
  const { get, seen } = inspecting(source);
  for (const address of ["10.0.0.7", "10.0.0.7", "10.0.0.81", "10.0.0.7"]) await get("x", client(address));
  expect(seen.map(({ client, facts }) => [client, facts.size])).toEqual([
    ["10.0.0.7", 11],
    ["10.0.0.81", 12],
    ["10.0.0.7", 11],
  ]);
});

test("scripts are looked at as they go out, under the name of their file", async () => {
  put("boot.ipxe", "#!ipxe\nkernel {{base_url}}/k\nchain http://10.1.1.1/x\n");
  const filled = scriptSource(directory(root, { now: later }), { protocol: "tftp", usualPort: 69 });
  const { get, seen } = inspecting(filled);
  await get("boot.ipxe?mac=52:54:00:00:00:01");
  expect(seen[0]?.path).toBe("boot.ipxe");
  expect(seen[0]?.facts.needs?.map(({ path, host }) => path ?? host)).toEqual(["k", "10.1.1.1"]);
});

test("names of an included configuration count from the folder of the loader", async () => {
  await mkdir(join(root, "pxe/pxelinux.cfg"), { recursive: true });
  await mkdir(join(root, "pxe/menus"));
  put("pxe/pxelinux.cfg/default", "INCLUDE menus/std.cfg\n");
  put("pxe/menus/std.cfg", "LABEL a\nLINUX vmlinuz\n");
  const { get, seen } = inspecting(directory(root, { now: later }));
  await get("pxe/pxelinux.cfg/default");
  await get("pxe/menus/std.cfg");
  expect(seen[1]?.facts.needs?.map(({ path }) => path)).toEqual(["pxe/vmlinuz"]);
});

test("a source that fails at the second look spoils nothing", async () => {
  let opened = 0;
  const { get, seen } = inspecting({
    open() {
      opened++;
      if (opened > 1) throw new Error("gone");
      return content("a", "1");
    },
  });
  expect(await get("x")).toBe(true);
  expect([opened, seen]).toEqual([2, []]);
});

test("a stream, which is read once, is left alone", async () => {
  const source: Source = {
    open: () => ({ ok: true, file: { size: 3, version: "1", sequential: true, read: () => 0, close() {} } }),
  };
  const { get, seen } = inspecting(source);
  await get("x");
  expect(seen).toEqual([]);
});

test("a name that is missing is reported, and where a file of that name lies is found", async () => {
  await mkdir(join(root, "boot/grub"), { recursive: true });
  put("boot/grub/GRUB.cfg", "linux /k\n");
  const missing: string[] = [];
  const inspector = inspectingSource(directory(root), {
    isOwnHost: () => false,
    onInspected: () => undefined,
    onMissing: async (path) => void missing.push(path),
  });
  await inspector.open("/grub/grub.cfg", client());
  await inspector.open("boot", client());
  await inspector.idle();
  expect(missing).toEqual(["grub/grub.cfg"]);
  let now = 0;
  const find = namesakeFinder(() => now);
  expect(await find(root, "grub/grub.cfg")).toEqual(["boot/grub/GRUB.cfg"]);
  expect(await find(root, "boot/grub/GRUB.cfg")).toEqual([]);
  put("grub.cfg", "");
  expect(await find(root, "x/grub.cfg")).toEqual(["boot/grub/GRUB.cfg"]);
  now = 10_000;
  expect(await find(root, "x/grub.cfg")).toEqual(["grub.cfg", "boot/grub/GRUB.cfg"]);
  expect(await find(join(root, "none"), "grub.cfg")).toEqual([]);
  const others = otherMacNames("boot/grub/grub.cfg-01-02-00-00-00-00-0a");
  put("grub.cfg-02-00-00-00-00-0a", "");
  put("boot/grub/grub.cfg-02:00:00:00:00:0A", "");
  now = 20_000;
  const found = await find(root, "boot/grub/grub.cfg-01-02-00-00-00-00-0a", others);
  expect(found).toEqual(["boot/grub/grub.cfg-02:00:00:00:00:0A"]);
  expect(otherMacNames("boot/grub/grub.cfg-C0A83265")).toEqual([]);
});

test("clients with folders of their own: each folder is reported once, and whose it is whenever that changes", async () => {
  const folders = new Map([["10.0.0.7", "a"]]);
  const reports: unknown[] = [];
  const source: Source = {
    open: (_name, { address }) => content(`of ${folders.get(address)}`, `v ${folders.get(address)}`),
  };
  const inspector = inspectingSource(source, {
    isOwnHost: () => false,
    onInspected: ({ path, client: address, root: of, facts }) => reports.push([path, address, of, facts.size]),
    onRoot: (address, of) => reports.push([address, of]),
    rootOf: (address) => folders.get(address),
    onMissing: async () => {},
  });
  const get = async (address: string) => {
    await inspector.open("x", client(address));
    await inspector.idle();
  };
  for (const address of ["10.0.0.8", "10.0.0.7", "10.0.0.8", "10.0.0.7"]) await get(address);
  folders.set("10.0.0.8", "a");
  await get("10.0.0.8");
  folders.delete("10.0.0.7");
  await get("10.0.0.7");
  expect(reports).toEqual([
    ["x", "10.0.0.8", undefined, 12],
    ["10.0.0.7", "a"],
    ["x", "10.0.0.7", "a", 4],
    ["10.0.0.8", "a"],
    ["10.0.0.7", undefined],
  ]);
});

test("a file that is missing in a client's own folder is looked for by its whole path", async () => {
  const missed: string[] = [];
  const inspector = inspectingSource(directory(root), {
    isOwnHost: () => false,
    onInspected: () => {},
    rootOf: () => "clients/a",
    onMissing: async (path) => void missed.push(path),
  });
  await inspector.open("/menu/x", client());
  await inspector.idle();
  expect(missed).toEqual(["clients/a/menu/x"]);
});
