import { formatHex } from "@bootlace/dhcp-core";
import { describe, expect, it } from "vitest";
import type { BootPlan } from "../src/core/plan.ts";
import { type Captured, capture } from "./captures.ts";
import { captureLan, decoded, replyTo } from "./support.ts";

/** Scenario 01 beside what dnsmasq 2.90 answered in it: every field, and why ours differs where it does. */
const frames = capture("01-bios-e1000-pxelinux-memtest");

function frame(n: number): Captured {
  const found = frames.find((one) => one.n === n);
  if (found === undefined) throw new Error(`no frame ${n}`);
  return found;
}

type Fields = Readonly<Record<string, string>>;

function fieldsOf(bytes: Uint8Array): Fields {
  const { options, notes, chaddr, sname, file, ...numbers } = decoded(bytes);
  expect(notes).toEqual([]);
  const fields = Object.entries({ ...numbers, chaddr: formatHex(chaddr) }).map(([name, value]) => [
    name,
    String(value),
  ]);
  return Object.fromEntries([
    ...fields,
    ["sname", Buffer.from(sname).toString().replace(/\0+$/, "")],
    ["file", Buffer.from(file).toString().replace(/\0+$/, "")],
    ["size", bytes.length >= 300 ? "at least 300" : String(bytes.length)],
    ...Array.from(options, ([code, value]) => [`option ${code}`, formatHex(value)]),
  ]);
}

/** Fields that differ as [name, theirs, ours]. */
function differences(theirs: Fields, ours: Fields): [string, string, string][] {
  const names = new Set([...Object.keys(theirs), ...Object.keys(ours)]);
  return [...names]
    .filter((name) => theirs[name] !== ours[name])
    .map((name) => [name, theirs[name] ?? "absent", ours[name] ?? "absent"]);
}

function compare(request: Captured, reference: Captured, plan: Omit<BootPlan, "kind">) {
  const source = { address: request.src, port: request.sport };
  const port = request.dport === 4011 ? "pxe" : "dhcp";
  const reply = replyTo(request.bytes, { plan, interfaces: [captureLan], source, port });
  expect(reply.from).toEqual({ address: reference.src, port: reference.sport });
  expect(reply.to).toEqual({ address: reference.dst, port: reference.dport });
  return differences(fieldsOf(reference.bytes), fieldsOf(reply.bytes));
}

const us = "192.168.11.109";
const us66 = "3139322e3136382e31312e31303900";
const file67 = Buffer.from("pxelinux/pxelinux.0\0").toString("hex");
const clientId = "01525400ae0001";
/** RFC 6842 §3 wants option 61 back; dnsmasq leaves it out. */
const echoed61 = ["option 61", "absent", clientId];
/** secs is the client's count of seconds; a server has none (RFC 2131 table 3). dnsmasq copies it. */
const secs = ["secs", "4", "0"];
/** One address in every place a client may look for it. dnsmasq leaves these empty in a menu offer. */
const ownServer = [
  ["siaddr", "0.0.0.0", us],
  ["sname", "", us],
];

describe("scenario 01 beside dnsmasq", () => {
  it("the same menu gives the same offer, but for fields dnsmasq leaves empty", () => {
    const items = [{ kind: "file", text: "Network Boot", basename: "pxelinux/pxelinux" }] as const;
    const menu = { prompt: { text: "PXE", timeoutSeconds: 0 }, items };
    expect(compare(frame(1), frame(3), { menu })).toEqual([secs, ...ownServer, echoed61]);
  });

  it("the same menu gives the same answer to the item", () => {
    const items = [{ kind: "file", text: "Network Boot", basename: "pxelinux/pxelinux" }] as const;
    const menu = { prompt: { text: "PXE", timeoutSeconds: 0 }, items };
    expect(compare(frame(11), frame(12), { menu })).toEqual([
      secs,
      // A proxy assigns no address: the client's own goes back where it came from.
      ["ciaddr", "0.0.0.0", "192.168.11.55"],
      ["yiaddr", "192.168.11.55", "0.0.0.0"],
      ["sname", "", us],
      echoed61,
      // Boot ROMs that read 66 and 67 find there what the header says.
      ["option 66", "absent", us66],
      ["option 67", "absent", file67],
    ]);
  });

  it("the default offer names the file at once in place of a menu of one item", () => {
    expect(compare(frame(1), frame(3), { file: "pxelinux/pxelinux.0" })).toEqual([
      secs,
      ...ownServer,
      ["file", "", "pxelinux/pxelinux.0"],
      // "Boot the file in this packet" spares the client the prompt and the second request.
      ["option 43", "0601030a04005058450807800001c0a80b6d090f80000c4e6574776f726b20426f6f74ff", "060108ff"],
      echoed61,
      ["option 66", "absent", us66],
      ["option 67", "absent", file67],
    ]);
  });
});
