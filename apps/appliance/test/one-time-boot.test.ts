import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { readOneTimeBootFile, writeOneTimeBootFile } from "../src/app/one-time-boot-file.ts";
import {
  type OneTimeBootAction,
  type OneTimeBootEvent,
  type OneTimeBoots,
  oneBoot,
  oneTimeBootFor,
  openEntries,
  stepOneTimeBoots,
} from "../src/policy/one-time-boot.ts";
import { readOneTimeBootRequest } from "../src/policy/one-time-boot-request.ts";

const mac = "52:54:00:12:34:56";
const other = "52:54:00:00:00:01";

function after(...events: OneTimeBootEvent[]): OneTimeBoots {
  return events.reduce(stepOneTimeBoots, new Map());
}

const set = (action: OneTimeBootAction, time = 0, whose = mac): OneTimeBootEvent => ({
  type: "set",
  time,
  mac: whose,
  action,
});
const answered = (time: number, visible = true, whose = mac): OneTimeBootEvent => ({
  type: "answered",
  time,
  mac: whose,
  visible,
});
const fetched = (file: string, whose?: string): OneTimeBootEvent => ({
  type: "fetched",
  file,
  ...(whose && { mac: whose }),
});

describe("a one-time boot", () => {
  it("holds for every request of one boot and ends with its file", () => {
    const used = after(set({ file: "a/x.efi" }), answered(10), answered(500_000));
    expect(oneTimeBootFor(used, mac, 500_001)).toEqual({ file: "a/x.efi" });
    expect(used.get(mac)).toMatchObject({ takenAt: 10 });
    expect(oneTimeBootFor(after(set({ file: "a/x.efi" }), answered(10), fetched("a/x.efi", mac)), mac, 20)).toBe(
      undefined,
    );
  });

  it("is for one machine", () => {
    const state = after(set({ file: "x" }), set({ ignore: true }, 0, other));
    expect([
      oneTimeBootFor(state, mac, 0),
      oneTimeBootFor(state, other, 0),
      oneTimeBootFor(state, undefined, 0),
    ]).toEqual([{ file: "x" }, { ignore: true }, undefined]);
    expect(oneTimeBootFor(stepOneTimeBoots(state, { type: "removed", mac: other }), other, 0)).toBe(undefined);
  });

  it.each([
    ["another file", [answered(1), fetched("y", mac)]],
    ["its file before the one-time boot was set", [fetched("x", mac)]],
    ["its file, fetched by another machine", [answered(1), fetched("x", other)]],
  ])("is not ended by %s", (_name, events) => {
    expect(oneTimeBootFor(after(set({ file: "x" }), ...events), mac, 2)).toEqual({ file: "x" });
  });

  it.each(["/a/x.efi", "a\\x.efi", "A//X.EFI", "a/x.efi"])("ends with its file, asked for as %s", (name) => {
    expect(oneTimeBootFor(after(set({ file: "a/x.efi" }), answered(1), fetched(name, mac)), mac, 2)).toBe(undefined);
  });

  it("ends with its script, not with the iPXE that fetches it; a URL ends by its path", () => {
    const script = after(set({ script: "install.ipxe" }), answered(1), fetched("ipxe.efi", mac));
    expect(oneTimeBootFor(script, mac, 2)).toEqual({ script: "install.ipxe" });
    expect(oneTimeBootFor(stepOneTimeBoots(script, fetched("install.ipxe", mac)), mac, 2)).toBe(undefined);
    const url = after(set({ url: "http://{address}:8069/a/b.efi" }), answered(1), fetched("a/b.efi", mac));
    expect(oneTimeBootFor(url, mac, 2)).toBe(undefined);
  });

  it("ends with its file from an address nobody knows, when only one machine waits for it", () => {
    expect(oneTimeBootFor(after(set({ file: "x" }), answered(1), fetched("x")), mac, 2)).toBe(undefined);
    const two = after(
      set({ file: "x" }),
      answered(1),
      set({ file: "x" }, 0, other),
      answered(1, true, other),
      fetched("x"),
    );
    expect(openEntries(two, 2)).toHaveLength(2);
  });

  it("whose files come from elsewhere, and silence, end a while after the first answer", () => {
    const used = after(set({ ignore: true }), answered(1000, false));
    expect(oneTimeBootFor(used, mac, 1000 + oneBoot)).toEqual({ ignore: true });
    expect(oneTimeBootFor(used, mac, 1001 + oneBoot)).toBe(undefined);
    expect(openEntries(used, 1001 + oneBoot)).toEqual([]);
    expect(stepOneTimeBoots(used, answered(1001 + oneBoot, false)).size).toBe(0);
  });

  it("can be set anew, for a boot of its own", () => {
    const state = after(set({ file: "x" }), answered(1), set({ file: "y" }, 5));
    expect(state.get(mac)).toEqual({ mac, action: { file: "y" }, setAt: 5 });
  });

  it("that is over stays over, whatever happens; and there are not more of them than a bound", () => {
    const whose = fc.constantFrom(mac, other);
    const event = fc.oneof(
      fc.record({ type: fc.constant("answered" as const), time: fc.nat(200_000), mac: whose, visible: fc.boolean() }),
      fc.record({ type: fc.constant("fetched" as const), file: fc.constantFrom("x", "y"), mac: whose }),
    );
    let ended = 0;
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        let state = after(set({ file: "x" }));
        for (const one of events) {
          const before = state.has(mac);
          state = stepOneTimeBoots(state, one);
          if (before && !state.has(mac)) ended++;
          expect(state.has(mac) && !before).toBe(false);
          expect(state.has(other)).toBe(false);
        }
      }),
      { seed: 7 },
    );
    expect(ended).toBeGreaterThan(20);
    // Each step copies the map, so that all but the last few entries come at once.
    const [waiting] = after(set({ file: "x" })).values();
    if (waiting === undefined) throw new Error("no one-time boot was set");
    let many: OneTimeBoots = new Map(Array.from({ length: 4090 }, (_, i) => [`m${i}`, waiting]));
    for (let i = 4090; i < 4200; i++) many = stepOneTimeBoots(many, set({ file: "x" }, i, `m${i}`));
    expect([many.size, many.has("m103"), many.has("m104"), many.has("m4199")]).toEqual([4096, false, true, true]);
  });
});

describe("the request of a next boot", () => {
  it.each([
    [
      { mac: "52-54-00-12-34-56", file: "a" },
      { mac, action: { file: "a" } },
    ],
    [
      { mac: "52:54:00:12:34:56".toUpperCase(), ignore: true },
      { mac, action: { ignore: true } },
    ],
    [
      { mac, file: "a", server: "10.0.0.1" },
      { mac, action: { file: "a", server: "10.0.0.1" } },
    ],
    [
      { mac, script: "http://h/x" },
      { mac, action: { script: "http://h/x" } },
    ],
  ])("%j is taken", (request, expected) => expect(readOneTimeBootRequest(request)).toEqual({ ok: true, ...expected }));

  it.each([
    [{ mac: "52:54:00", file: "a" }, "E022"],
    [{ mac: "nonsense", file: "a" }, "E022"],
    [{ mac }, "E030"],
    [{ mac, file: "a", ignore: true }, "E031"],
    [{ mac, server: "10.0.0.1", ignore: true }, "E031"],
    [{ mac, file: "../a" }, "E023"],
    [{ mac, file: "a\u001b[2J" }, "E023"],
    [{ mac, file: "a", server: "x" }, "E020"],
    [{ mac, url: "ftp://x" }, "E026"],
    [{ mac: "52:54:00:*", file: "a" }, "E022"],
    [{ mac: `${mac}:*`, file: "a" }, "E022"],
  ])("%j is refused with %s", (request, code) => {
    const read = readOneTimeBootRequest(request);
    expect(read.ok ? undefined : read.fault.code).toBe(code);
  });
});

it.each(["52:54:00", "zz"])("for %j it asks for one whole MAC address", (text) => {
  const read = readOneTimeBootRequest({ mac: text, file: "a" });
  expect(read.ok ? undefined : read.fault.allowed).toBe("Allowed: six bytes, such as 52:54:00:12:34:56");
});

describe("the file of the one-time boots", () => {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-next-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const state = after(
    set({ file: 'ä"\n' }),
    set({ file: "x", server: "10.0.0.1" }, 3, other),
    answered(4, false, other),
  );

  it("gives back what was written; a folder is made for it, and nothing else is left there", async () => {
    const kept = join(folder, "deep/state");
    expect(readOneTimeBootFile(kept)).toEqual({ ok: true, state: new Map(), dropped: 0 });
    const fine = stepOneTimeBoots(state, { type: "removed", mac });
    expect(await writeOneTimeBootFile(kept, fine)).toBe(undefined);
    expect(readOneTimeBootFile(kept)).toEqual({ ok: true, state: fine, dropped: 0 });
    expect(readdirSync(kept)).toEqual(["next.json"]);
  });

  it("is the old one until the new one is whole: a rest of a killed writer does not matter", async () => {
    const kept = join(folder, "killed");
    await writeOneTimeBootFile(kept, stepOneTimeBoots(state, { type: "removed", mac }));
    const before = readFileSync(join(kept, "next.json"), "utf8");
    writeFileSync(join(kept, "next.json.new"), before.slice(0, 20));
    expect(readOneTimeBootFile(kept)).toMatchObject({ ok: true, dropped: 0 });
    expect(await writeOneTimeBootFile(kept, new Map())).toBe(undefined);
    expect(readOneTimeBootFile(kept)).toEqual({ ok: true, state: new Map(), dropped: 0 });
  });

  it("that holds nonsense is reported, and what it holds is checked like a request", () => {
    mkdirSync(join(folder, "bad"));
    const file = join(folder, "bad/next.json");
    writeFileSync(file, "{");
    expect(readOneTimeBootFile(join(folder, "bad"))).toEqual({
      ok: false,
      problem: "next.json is not JSON",
      keep: "put-aside",
    });
    writeFileSync(file, "[]");
    expect(readOneTimeBootFile(join(folder, "bad"))).toMatchObject({ ok: false });
    const rows = [{ mac, action: { file: "../etc/passwd" }, setAt: 1 }, 5, { mac, action: { file: "a" }, setAt: 1 }];
    writeFileSync(file, JSON.stringify({ schema: 1, next: rows }));
    expect(readOneTimeBootFile(join(folder, "bad"))).toEqual({
      ok: true,
      state: after(set({ file: "a" }, 1)),
      dropped: 2,
    });
  });

  it("that cannot be written is reported by its code", async () => {
    writeFileSync(join(folder, "a-file"), "");
    expect(await writeOneTimeBootFile(join(folder, "a-file"), new Map())).toBe("EEXIST");
    expect(await writeOneTimeBootFile(join(folder, "a-file/b"), new Map())).toBe("ENOTDIR");
  });
});
