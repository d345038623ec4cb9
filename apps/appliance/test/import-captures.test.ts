import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decodePacket, decodePxeOptions } from "@bootlace/dhcp-core";
import { expect, it } from "vitest";
import { decisionContext } from "../src/app/services/dhcp.ts";
import { formatFault } from "../src/config/faults.ts";
import { parseConfig } from "../src/config/parse.ts";
import { importDnsmasq } from "../src/import/dnsmasq/dnsmasq.ts";
import { explainDatagram } from "../src/policy/explain.ts";
import { createPolicy } from "../src/policy/policy.ts";
import { type Answers, follow } from "./helpers/follow.ts";

const folder = join(import.meta.dirname, "../../../lab/captures");
const self = "192.168.11.109";
const iface = { name: "eth0", address: self, netmask: "255.255.255.0" };

interface Row {
  readonly role: string;
  readonly type: string;
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
  readonly hex: string;
}

/** What one stage of a boot asked and got: it begins with a DISCOVER. */
interface Stage {
  readonly theirs: { offer: string | null; ack: string | null; items: Record<string, string | null> };
  readonly asked: { readonly id: "offer" | "ack" | string; readonly row: Row }[];
}

/** Captures whose outcome Bootlace means to change, and why. */
const deviations: Readonly<Record<string, string>> = {
  "01b-bios-dhcp-boot-only-silent":
    "dnsmasq ignores dhcp-boot without pxe-service; the import says that Bootlace does not",
  "03a-uefi-http-dnsmasq-pxe-vendor": "dnsmasq's pxe-service gives HTTP clients no URL; Bootlace does",
};

function stagesOf(rows: readonly Row[]): Stage[] {
  const stages: Stage[] = [];
  let awaited: ((hex: string) => void) | undefined;
  for (const row of rows) {
    const stage = stages.at(-1);
    if (row.role === "client" && row.type === "DISCOVER") {
      const theirs: Stage["theirs"] = { offer: null, ack: null, items: {} };
      stages.push({ theirs, asked: [{ id: "offer", row }] });
      awaited = (hex) => {
        theirs.offer ??= hex;
      };
    } else if (row.role === "client" && row.dport === 4011 && row.dst === self && stage !== undefined) {
      const item = itemOf(row.hex);
      stage.asked.push({ id: item === undefined ? "ack" : String(item), row });
      awaited = (hex) => {
        if (item === undefined) stage.theirs.ack ??= hex;
        else stage.theirs.items[item] ??= hex;
      };
    } else if (row.role === "proxy" && row.src === self) awaited?.(row.hex);
  }
  return stages;
}

function itemOf(hex: string): number | undefined {
  const decoded = decodePacket(Buffer.from(hex, "hex"));
  const vendor = decoded.ok ? decoded.packet.options.get(43) : undefined;
  const pxe = vendor === undefined ? undefined : decodePxeOptions(vendor);
  return pxe?.ok ? pxe.value.bootItem?.type : undefined;
}

function answersOfBootlace(conf: string, stage: Stage): Answers {
  const { yaml } = importDnsmasq(conf, "proxy.conf", [iface]);
  const parsed = parseConfig(yaml, "imported");
  if (!parsed.ok) throw new Error(`${parsed.faults.map(formatFault).join("\n")}\n${yaml}`);
  const policy = createPolicy(parsed.config, { now: () => 0, macOf: () => undefined, keepOneTimeBoots: () => {} });
  const room = { context: decisionContext(parsed.config, policy.choose, [iface]), book: policy.book() };
  const answers = {
    offer: null as string | null,
    ack: null as string | null,
    items: {} as Record<string, string | null>,
  };
  for (const { id, row } of stage.asked) {
    const port = row.dport === 4011 ? ("pxe" as const) : ("dhcp" as const);
    const source = { address: row.src, port: row.sport };
    const bytes = Buffer.from(row.hex, "hex");
    const explained = explainDatagram({ bytes, port, localPort: row.dport, source, arrival: iface }, room);
    const hex = explained.replies[0]?.hex ?? null;
    if (id === "offer" || id === "ack") answers[id] = hex;
    else answers.items[id] = hex;
  }
  return answers;
}

const labels = readdirSync(folder)
  .filter((name) => name.endsWith(".proxy.conf") && !name.includes("-relay-"))
  .map((name) => name.replace(".proxy.conf", ""));

it.each(labels)("%s: the imported proxy.conf boots what dnsmasq booted", (label) => {
  const conf = readFileSync(join(folder, `${label}.proxy.conf`), "utf8");
  const rows = readFileSync(join(folder, `${label}.jsonl`), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row & { kind: string })
    .filter(({ kind }) => kind === "dhcp");
  const stages = stagesOf(rows);
  expect(stages.length).toBeGreaterThan(0);
  for (const stage of stages) {
    const theirs = follow(stage.theirs, self);
    const ours = follow(answersOfBootlace(conf, stage), self);
    if (deviations[label] === undefined) expect(ours).toEqual(theirs);
    else expect(ours.kind).not.toBe(theirs.kind);
  }
});
