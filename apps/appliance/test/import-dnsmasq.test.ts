import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { importDnsmasq } from "../src/import/dnsmasq/dnsmasq.ts";
import { bootRequest, type RequestDescription } from "../src/policy/boot-request.ts";
import { askedTypes, dnsmasqRequests } from "./helpers/dnsmasq-requests.ts";
import { type Answers, type Booted, follow } from "./helpers/follow.ts";
import { answerer } from "./helpers/imported-answers.ts";

const self = "192.168.11.109";
const iface = { name: "eth0", address: self, netmask: "255.255.255.0" };
const examples = join(import.meta.dirname, "fixtures/dnsmasq");

type Replies = Readonly<Record<string, string | null>>;
const requests = JSON.parse(readFileSync(join(examples, "requests.json"), "utf8")) as { id: string; hex: string }[];
const recorded = JSON.parse(readFileSync(join(examples, "answers.json"), "utf8")) as Readonly<Record<string, Replies>>;

function bootlaceAnswers(text: string, request: number): Answers {
  const ask = answerer(importDnsmasq(text, "dnsmasq.conf", [iface]).yaml, iface);
  const reply = (id: string) => {
    const hex = requests.find((candidate) => candidate.id === `${request} ${id}`)?.hex ?? "";
    return ask(hex, id === "offer");
  };
  return { offer: reply("offer"), ack: reply("ack"), items: items((type) => reply(type)) };
}

function items(of: (type: string) => string | null): Record<string, string | null> {
  return Object.fromEntries(askedTypes.map((type) => [type, of(String(type))]));
}

function describeRequest({ mac, arch, userClass, vendorClass }: RequestDescription): string {
  return [mac, `arch ${arch}`, userClass?.join(), vendorClass].filter(Boolean).join(" ");
}

interface Deviation {
  readonly example: string;
  readonly who: RegExp;
  readonly theirs: Booted["kind"];
  readonly ours: Booted["kind"];
  /** A remark of the import says so, or a scar. */
  readonly why: string;
}

/** Where Bootlace means to differ. */
const deviations: readonly Deviation[] = [
  {
    example: "06-hosts.conf",
    who: /^52:54:00:00:00:01 arch 0$/,
    theirs: "file",
    ours: "nothing",
    why: "as a proxy, dnsmasq answers such a machine anyway (dnsmasq needs dhcp-ignore); Bootlace ignores it",
  },
  {
    example: "08-makers.conf",
    who: /^52:54:00:00:00:01 arch 0$/,
    theirs: "nothing",
    ours: "file",
    why: "a rule matches whole MAC addresses or their first bytes",
  },
  {
    example: "09-menu.conf",
    who: /arch 9$/,
    theirs: "nothing",
    ours: "menu",
    why: "firmware that calls itself EBC is x64 (RFC 4578 §2.1, errata)",
  },
];

describe("the requests of the examples", () => {
  it("are those of the requests", () => {
    const made = dnsmasqRequests.flatMap((request, index) => {
      const hex = (more: Partial<RequestDescription>) => {
        const made = bootRequest({ ...request, address: "192.168.11.55", ...more });
        return made.ok ? Buffer.from(made.bytes).toString("hex") : "";
      };
      return [
        { id: `${index} offer`, hex: hex({}), port: 67 },
        { id: `${index} ack`, hex: hex({ port: "pxe" }), port: 4011 },
        ...askedTypes.map((type) => ({ id: `${index} ${type}`, hex: hex({ port: "pxe", item: type }), port: 4011 })),
      ];
    });
    expect(requests).toEqual(made);
  });
});

const names = readdirSync(examples).filter((name) => name.endsWith(".conf"));

describe.each(names)("%s", (name) => {
  const text = readFileSync(join(examples, name), "utf8");

  it.each(dnsmasqRequests.map((request, index) => [describeRequest(request), index] as const))(
    "%s boots what dnsmasq gave it",
    (_who, index) => {
      const replies = recorded[name] ?? {};
      const theirs: Answers = {
        offer: replies[`${index} offer`] ?? null,
        ack: replies[`${index} ack`] ?? null,
        items: items((type) => replies[`${index} ${type}`] ?? null),
      };
      const ours = follow(bootlaceAnswers(text, index), self);
      const deviation = deviations.find(
        ({ example, who }) => example === name && who.test(describeRequest(requestAt(index))),
      );
      if (deviation === undefined) {
        expect(ours).toEqual(follow(theirs, self));
        return;
      }
      expect([follow(theirs, self).kind, ours.kind]).toEqual([deviation.theirs, deviation.ours]);
      const reported = importDnsmasq(text, name, [iface]).remarks.map(({ why }) => why);
      if (!deviation.why.includes("RFC")) expect(reported.join("\n")).toContain(deviation.why);
    },
  );
});

function requestAt(index: number): RequestDescription {
  const request = dnsmasqRequests[index];
  if (request === undefined) throw new Error(`no request ${index}`);
  return request;
}
