import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { importDnsmasq } from "../src/import/dnsmasq/dnsmasq.ts";
import { type Answers, type Booted, follow } from "./helpers/follow.ts";
import { answerer } from "./helpers/imported-answers.ts";

// Configs in the idioms of real ones, and what dnsmasq 2.90 answered to fifteen kinds of client (lab: import-dnsmasq).
const folder = join(import.meta.dirname, "fixtures/dnsmasq-cases");
const self = "192.168.11.109";
const iface = { name: "eth0", address: self, netmask: "255.255.255.0" };

type Replies = Readonly<Record<string, string | null>>;
const requests = JSON.parse(readFileSync(join(folder, "requests.json"), "utf8")) as { id: string; hex: string }[];
const recorded = JSON.parse(readFileSync(join(folder, "answers.json"), "utf8")) as Readonly<Record<string, Replies>>;
const kinds = [...new Set(requests.map(({ id }) => id.split(" ")[0] ?? ""))];

const textOf = (name: string) => readFileSync(join(folder, name), "utf8");
const importOf = (name: string) => importDnsmasq(textOf(name), name, [iface]);

function bootedBy(kind: string, reply: (id: string) => string | null): Booted {
  const items = requests.map(({ id }) => id.split(" ")).filter(([of, what]) => of === kind && /^\d/.test(what ?? ""));
  const answers: Answers = {
    offer: reply(`${kind} offer`),
    ack: reply(`${kind} ack`),
    items: Object.fromEntries(items.map(([, type = ""]) => [type, reply(`${kind} ${type}`)])),
  };
  return follow(answers, self, programOf(kind));
}

function programOf(kind: string) {
  if (kind.startsWith("ipxe")) return "ipxe";
  return kind.startsWith("pi") ? "raspberry-pi" : "firmware";
}

/** Names below the root are the same with and without it. */
function fromRoot(booted: Booted): unknown {
  return JSON.parse(JSON.stringify(booted).replaceAll("/srv/boot/", ""));
}

/** Kinds that get something else, and the line at which the import says so. */
const differences: Readonly<Record<string, { readonly kinds: readonly string[]; readonly line: number }>> = {
  "13-ipxe-by-features.conf": { kinds: ["ipxe-bios-poor", "ipxe-efi-poor"], line: 7 },
};

/** RFC 4578 §2.1 as first printed: firmware that calls itself EBC is x64, and gets its file rather than none. */
const isEbcServed = (kind: string, theirs: Booted) => kind === "ebc" && theirs.kind === "nothing";

describe.each(readdirSync(folder).filter((name) => name.endsWith(".conf")))("%s", (name) => {
  const answer = answerer(importOf(name).yaml, iface);
  const ours = (id: string) => answer(requests.find((request) => request.id === id)?.hex ?? "", id.endsWith("offer"));

  it.each(kinds)("%s boots what dnsmasq gave it, or the import says that it does not", (kind) => {
    const theirs = bootedBy(kind, (id) => recorded[name]?.[id] ?? null);
    const own = bootedBy(kind, ours);
    const difference = differences[name];
    if (difference?.kinds.includes(kind) === true) {
      expect(fromRoot(own)).not.toEqual(fromRoot(theirs));
      expect(importOf(name).remarks.map(({ line }) => line)).toContain(difference.line);
    } else if (isEbcServed(kind, theirs)) expect(own).toEqual(bootedBy("x64", ours));
    else expect(fromRoot(own)).toEqual(fromRoot(theirs));
  });
});

describe("what the import says and writes", () => {
  const rulesOf = (name: string) => (parse(importOf(name).yaml) as { boot: Record<string, unknown>[] }).boot;

  it("13: features of iPXE are reported at their lines, no boot line dies", () => {
    const { remarks, unanswered } = importOf("13-ipxe-by-features.conf");
    expect(remarks.map(({ line }) => line)).toEqual([7, 8]);
    expect(unanswered).toEqual([]);
  });

  it.each(["14-tag-with-star.conf", "15-root-of-an-interface.conf", "16-absolute-names.conf", "19-machine-id.conf"])(
    "%s: nothing is left out",
    (name) => expect(importOf(name)).toMatchObject({ remarks: [], unanswered: [] }),
  );

  it("15, 16: the root is named, names begin there", () => {
    expect(parse(importOf("15-root-of-an-interface.conf").yaml)).toMatchObject({ root: "/srv/boot" });
    const { yaml } = importOf("16-absolute-names.conf");
    expect(parse(yaml)).toMatchObject({ root: "/srv/boot" });
    expect(rulesOf("16-absolute-names.conf").flatMap(({ file }) => file ?? [])).toEqual([
      "bios/loader.0",
      "efi/loader.efi",
    ]);
  });

  it("17: nobody is answered, which is said of the whole and of each line", () => {
    const { remarks, unanswered } = importOf("17-answers-nobody.conf");
    expect(unanswered).toMatchObject([{ who: "everybody" }]);
    expect(remarks.map(({ line }) => line)).toEqual([10, 11]);
    expect(remarks[0]?.why).toContain("as a proxy dnsmasq does not send it");
  });

  it("18: iPXE takes the file of the offer, firmware the menu", () => {
    expect(rulesOf("18-boot-line-beside-a-menu.conf")).toMatchObject([
      { when: { arch: "x64-uefi", firmware: "ipxe" }, file: "efi/loader.efi" },
      { when: { arch: "x64-uefi" }, menu: "menu-1" },
      { ignore: true },
    ]);
  });

  it("19: a machine is known by its UUID, in either byte order", () => {
    const rules = rulesOf("19-machine-id.conf");
    expect(rules).toContainEqual({
      name: "Bench",
      when: { arch: "x86-bios", uuid: "01020304-0506-0708-090a-0b0c0d0e0f10" },
      file: "bench.0",
    });
    const byNumber = textOf("19-machine-id.conf").replace("option:client-machine-id", "97");
    expect(importDnsmasq(byNumber, "f", [iface]).yaml.replace(/^.*\n/, "")).toBe(
      importOf("19-machine-id.conf").yaml.replace(/^.*\n/, ""),
    );
  });

  it("20: options of a command line are read, with one remark", () => {
    const { yaml, remarks } = importOf("20-command-line.conf");
    expect(parse(yaml)).toMatchObject({ subnets: "192.168.11.0/24", root: "/srv/boot" });
    expect(remarks).toHaveLength(1);
    expect(remarks[0]?.why).toContain("command-line options");
  });
});
