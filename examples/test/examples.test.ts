import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodePacket, fieldText } from "@bootlace/dhcp-core";
import { expect, onTestFinished, test } from "vitest";
import { discover, fetchByTftp, machine } from "./machine.ts";
import { startProgram } from "./program.ts";

const here = join(import.meta.dirname, "..");
const programs = readdirSync(here).filter((name) => name.endsWith(".ts"));

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-example-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** The boot file of the offer that a machine gets. */
async function offered(program: ReturnType<typeof startProgram>, client: Awaited<ReturnType<typeof machine>>) {
  const [, port] = await program.printed(/^dhcp on 0\.0\.0\.0:(\d+)$/m);
  const answer = decodePacket((await client.ask(discover(), Number(port))).bytes);
  if (!answer.ok) throw new Error(answer.fault.code);
  return fieldText(answer.packet.file);
}

test("dhcp-core: prints the packets it is given, and says what is none", async () => {
  const made = await startProgram("dhcp-core.ts").ended();
  expect(made).toMatchObject({ status: 0, err: "" });
  expect(made.out).toContain("BOOTREQUEST DISCOVER xid 39a0f3d1");
  const given = await startProgram("dhcp-core.ts", Buffer.from(discover()).toString("hex"), "0101").ended();
  expect(given.status).toBe(1);
  expect(given.out).toContain("client 52:54:00:12:34:56");
  expect(given.err).toMatch(/^not a DHCP packet: /);
});

test("proxy-dhcp: offers a boot file, and ends by Ctrl-C", async () => {
  const client = await machine();
  const program = startProgram("proxy-dhcp.ts", String(client.port));
  expect(await offered(program, client)).toBe("efi/bootx64.efi");
  await program.printed(/^52:54:00:12:34:56: offer efi\/bootx64\.efi$/m);
  expect(await program.interrupt()).toMatchObject({ status: 0, err: "" });
});

test("tftp-serve: serves a folder and a file made for its client, and ends by Ctrl-C", async () => {
  const program = startProgram("tftp-serve.ts", folderWith({ "hello.txt": "hello" }), "0");
  const [, port] = await program.printed(/^tftp on 127\.0\.0\.1:(\d+)$/m);
  expect(await fetchByTftp(Number(port), "hello.txt")).toBe("hello");
  expect(await fetchByTftp(Number(port), "who.ipxe")).toBe("#!ipxe\necho you are 127.0.0.1\n");
  expect(await fetchByTftp(Number(port), "nothing")).toBe("File not found");
  await program.printed(/^127\.0\.0\.1 asked for "nothing": missing$/m);
  expect(await program.interrupt()).toMatchObject({ status: 0, err: "" });
});

test("boot-source: prints a file as a client gets it, and why there is none", async () => {
  const menu = await startProgram("boot-source.ts").ended();
  expect(menu).toEqual({ status: 0, out: "#!ipxe\necho one menu for everybody\n", err: "" });
  const made = await startProgram("boot-source.ts", "who.ipxe", "192.0.2.7").ended();
  expect(made.out).toBe("#!ipxe\necho you are 192.0.2.7\n");
  const none = await startProgram("boot-source.ts", "../secret").ended();
  expect(none).toEqual({ status: 1, out: "", err: "../secret is not served: outside-root\n" });
});

test("boot-image: says what an image holds, prints a file of it, and why it cannot", async () => {
  const image = join(folderWith({ "text.iso": "no image" }), "text.iso");
  const none = await startProgram("boot-image.ts", image).ended();
  expect(none).toMatchObject({ out: "", err: `${image}: neither ISO 9660 nor UDF (byte 0)\n` });
  writeFileSync(image, smallIso());
  const shown = await startProgram("boot-image.ts", image).ended();
  expect(shown).toMatchObject({ err: "", out: "EXAMPLE: anything else (iso9660)\nfile HELLO.TXT 5\n" });
  expect(await startProgram("boot-image.ts", image, "hello.txt").ended()).toEqual({ status: 0, out: "hello", err: "" });
  const missing = await startProgram("boot-image.ts", image, "none.txt").ended();
  expect(missing).toMatchObject({ status: 1, out: "", err: expect.stringMatching(/^missing at byte/) });
});

/** One volume descriptor, one folder, one file (ECMA-119). */
function smallIso(): Uint8Array {
  const image = new Uint8Array(21 * 2048);
  const view = new DataView(image.buffer);
  const record = (at: number, block: number, length: number, flags: number, name: string) => {
    image[at] = 33 + name.length + ((name.length + 1) % 2);
    view.setUint32(at + 2, block, true);
    view.setUint32(at + 10, length, true);
    image[at + 25] = flags;
    image[at + 32] = name.length;
    image.set(Buffer.from(name), at + 33);
    return image[at] ?? 0;
  };
  image.set(Buffer.from("\u0001CD001\u0001"), 16 * 2048);
  image.set(Buffer.from("EXAMPLE".padEnd(32)), 16 * 2048 + 40);
  view.setUint32(16 * 2048 + 80, 21, true);
  view.setUint16(16 * 2048 + 128, 2048, true);
  record(16 * 2048 + 156, 18, 2048, 2, "\0");
  image.set(Buffer.from("\u00ffCD001\u0001", "latin1"), 17 * 2048);
  let at = 18 * 2048;
  for (const name of ["\0", "\u0001"]) at += record(at, 18, 2048, 2, name);
  record(at, 19, 5, 0, "HELLO.TXT;1");
  image.set(Buffer.from("hello"), 19 * 2048);
  return image;
}

test("http-boot: serves a folder, whole and in ranges, and ends by Ctrl-C", async () => {
  const program = startProgram("http-boot.ts", folderWith({ "hello.txt": "hello" }), "0");
  const [, port] = await program.printed(/^http on 127\.0\.0\.1:(\d+)$/m);
  const url = `http://127.0.0.1:${port}/hello.txt`;
  expect(await (await fetch(url)).text()).toBe("hello");
  expect(await (await fetch(url, { headers: { range: "bytes=1-3" } })).text()).toBe("ell");
  await program.printed(/^127\.0\.0\.1 GET "hello\.txt": 206, 3 bytes$/m);
  expect(await program.interrupt()).toMatchObject({ status: 0, err: "" });
});

test("pxe-client: what each firmware makes of an offer", async () => {
  const made = await startProgram("pxe-client.ts").ended();
  expect(made).toMatchObject({ status: 0, err: "" });
  expect(made.out).toContain("edk2-pxe rejects it: option 54 is missing");
  const client = await machine();
  const [, port] = await startProgram("proxy-dhcp.ts", String(client.port)).printed(/^dhcp on 0\.0\.0\.0:(\d+)$/m);
  const offer = (await client.ask(discover(), Number(port))).bytes.toString("hex");
  const judged = await startProgram("pxe-client.ts", offer, "00").ended();
  expect(judged.out).toMatch(/^edk2-pxe accepts it$/m);
  expect(judged).toMatchObject({ status: 1, err: expect.stringMatching(/^not a DHCP packet: /) });
});

test("appliance: offers, and serves the same source by TFTP and HTTP, and ends by Ctrl-C", async () => {
  const client = await machine();
  const program = startProgram("appliance.ts", folderWith({ "ipxe.efi": "iPXE" }), String(client.port));
  expect(await offered(program, client)).toBe("ipxe.efi");
  const [, tftp] = await program.printed(/^tftp on 127\.0\.0\.1:(\d+)$/m);
  const [, http] = await program.printed(/^http on 127\.0\.0\.1:(\d+)$/m);
  expect(await fetchByTftp(Number(tftp), "ipxe.efi")).toBe("iPXE");
  for (const text of [
    await fetchByTftp(Number(tftp), "boot.ipxe"),
    await (await fetch(`http://127.0.0.1:${http}/boot.ipxe`)).text(),
  ]) {
    expect(text).toBe("#!ipxe\necho 127.0.0.1 boots\nshell\n");
  }
  await program.printed(/^52:54:00:12:34:56 offer$/m);
  expect(await program.interrupt()).toMatchObject({ status: 0, err: "" });
});

test("each program has a line in the README, and none is long", () => {
  const readme = readFileSync(join(here, "README.md"), "utf8");
  for (const name of programs) {
    expect(readme).toContain(`](${name})`);
    expect(readFileSync(join(here, name), "utf8").split("\n").length, name).toBeLessThan(60);
  }
});

test("each library has a program, which imports it by its name", () => {
  for (const library of readdirSync(join(here, "../packages"))) {
    expect(programs).toContain(`${library}.ts`);
    expect(readFileSync(join(here, `${library}.ts`), "utf8")).toContain(` "@bootlace/${library}"`);
  }
});
