// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its settings so
import { content, notFound, type OpenResult, type Source, type SourceFile } from "@bootlace/tftp-serve";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scriptSource } from "../src/boot-files/script-source.ts";
import { readScriptName, renderScript, scriptName } from "../src/catalogue/ipxe-script.ts";

const identity = { mac: "52:54:00:12:34:56", uuid: "00112233-4455-6677-8899-aabbccddeeff", serial: "9ffefdef" };
const server = { nextServer: "192.168.11.109", baseUrl: "http://192.168.11.109:8069" };

describe("the name of a script", () => {
  it("says for whom it is, and is read back", () => {
    const name = scriptName("a/b.ipxe", identity);
    expect(name).toBe("a/b.ipxe?mac=52:54:00:12:34:56&uuid=00112233-4455-6677-8899-aabbccddeeff&serial=9ffefdef");
    expect(readScriptName(name)).toEqual({ file: "a/b.ipxe", identity });
    expect(readScriptName("a.cfg?x=1&mac=52-54-00-12-34-56")).toEqual({
      file: "a.cfg",
      identity: { mac: identity.mac },
    });
    expect(readScriptName("a.ipxe?mac=52%3A54%3a00%3A12:34:56")).toMatchObject({ identity: { mac: identity.mac } });
  });

  it("leaves out what could not stand in a URL", () => {
    expect(scriptName("a.ipxe", { serial: "a b&mac=1" })).toBe("a.ipxe");
    expect(scriptName("a.ipxe", {})).toBe("a.ipxe");
  });

  it("is no other name's", () => {
    expect(readScriptName("pxelinux.0")).toBeUndefined();
    expect(readScriptName("what?.bin")).toBeUndefined();
    expect(readScriptName("a.bin?mac=%0a")).toBeUndefined();
    // PXELINUX puts its names behind the last colon of its boot file's.
    expect(readScriptName("a.ipxe?mac=52:54:00:12:34:ldlinux.c32")).toBeUndefined();
    expect(readScriptName("a.ipxe?mac=52%3A54%3A00%3A12%3A34%3A/boot/isolinux/ldlinux.c32")).toBeUndefined();
    expect(readScriptName("BOOT.IPXE")).toEqual({ file: "BOOT.IPXE", identity: {} });
  });
});

describe("a script", () => {
  it("has the values of the client filled in", () => {
    const text =
      "#!ipxe\nset m {{mac}}\nchain {{ base_url }}/k?u={{uuid}}&s={{serial}} {{next_server}} {{mine}} ${net0/ip}\n";
    expect(renderScript(text, { ...identity, ...server })).toBe(
      "#!ipxe\nset m 52:54:00:12:34:56\nchain http://192.168.11.109:8069/k?u=00112233-4455-6677-8899-aabbccddeeff&s=9ffefdef 192.168.11.109 {{mine}} ${net0/ip}\n",
    );
  });

  it("leaves to iPXE what the client did not send", () => {
    expect(renderScript("{{mac}} {{uuid}} {{serial}}", server)).toBe("${mac} ${uuid} ${serial}");
  });

  it("cannot be broken out of by any value", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (serial) => {
        const rendered = renderScript("a {{serial}} b", { ...server, serial });
        expect(rendered).toMatch(/^a [\w.:/%~-]* b$/);
      }),
      { seed: 11, numRuns: 300 },
    );
    expect(renderScript("{{serial}}", { ...server, serial: "x\nshell && ${y} #'!(" })).toBe(
      "x%0Ashell%20%26%26%20%24%7By%7D%20%23%27%21%28",
    );
  });
});

const client = { address: "192.168.11.50", port: 2000, localAddress: "192.168.11.109", localPort: 8069 };

/** Files from memory that count how often they are closed. */
function memory(files: Readonly<Record<string, string>>) {
  const seen = { opened: 0, closed: 0 };
  const source: Source = {
    open(name) {
      const text = files[name];
      const opened = text === undefined ? notFound() : content(text, `v ${text.length}`);
      if (!opened.ok) return opened;
      seen.opened++;
      return { ok: true, file: { ...opened.file, modified: 5, close: () => void seen.closed++ } };
    },
  };
  return { source, seen };
}

async function textOf(opened: OpenResult | Promise<OpenResult>): Promise<{ file: SourceFile; text: string }> {
  const result = await opened;
  if (!result.ok) throw new Error(result.fault.reason);
  const bytes = Buffer.alloc(result.file.size);
  await result.file.read(bytes, 0);
  return { file: result.file, text: bytes.toString() };
}

describe("the source of scripts", () => {
  const http = { protocol: "http", usualPort: 80 } as const;

  it("fills in templates; the version follows what was filled in", async () => {
    const { source, seen } = memory({ "a.ipxe": "#!ipxe\n{{mac}} {{base_url}}\n" });
    const scripts = scriptSource(source, http);
    const one = await textOf(scripts.open("a.ipxe?mac=52:54:00:12:34:56", client));
    expect(one.text).toBe("#!ipxe\n52:54:00:12:34:56 http://192.168.11.109:8069\n");
    const again = await textOf(scripts.open("a.ipxe?mac=52:54:00:12:34:56", client));
    const other = await textOf(scripts.open("a.ipxe?mac=52:54:00:12:34:57", { ...client, localPort: 80 }));
    expect(other.text).toBe("#!ipxe\n52:54:00:12:34:57 http://192.168.11.109\n");
    expect(one.file).toMatchObject({ modified: 5, version: again.file.version });
    expect(other.file.version).not.toBe(one.file.version);
    expect(seen).toEqual({ opened: 3, closed: 3 });
    const byTftp = scriptSource(source, { protocol: "tftp", usualPort: 69 });
    expect((await textOf(byTftp.open("a.ipxe", { ...client, localPort: 69 }))).text).toBe(
      "#!ipxe\n${mac} tftp://192.168.11.109\n",
    );
  });

  it("passes everything else as it is", async () => {
    const plain = "#!ipxe\nshell\n";
    const large = `#!ipxe\n{{mac}}${" ".repeat(300_000)}`;
    const { source, seen } = memory({ "a.ipxe": plain, "b.ipxe": "{{mac}}", "c.ipxe": large, "d.bin": "{{mac}}" });
    const scripts = scriptSource(source, http);
    expect((await textOf(scripts.open("a.ipxe", client))).text).toBe(plain);
    expect((await textOf(scripts.open("b.ipxe", client))).text).toBe("{{mac}}");
    expect((await textOf(scripts.open("c.ipxe", client))).text).toBe(large);
    expect((await textOf(scripts.open("d.bin?mac=52:54:00:12:34:56", client))).text).toBe("{{mac}}");
    expect(seen.closed).toBe(0);
    expect(await scripts.open("none.ipxe", client)).toEqual({ ok: false, fault: { reason: "missing" } });
  });

  it("reports when a script cannot be read", async () => {
    let closed = 0;
    const source: Source = {
      open: () => ({
        ok: true,
        file: { size: 5, version: "v", read: () => Promise.reject(new Error("EIO")), close: () => void closed++ },
      }),
    };
    expect(await scriptSource(source, http).open("a.ipxe", client)).toEqual({
      ok: false,
      fault: { reason: "source-failed", detail: "EIO" },
    });
    expect(closed).toBe(1);
  });
});
