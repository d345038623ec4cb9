import { describeOption, optionValue } from "@bootlace/dhcp-core";
import { edk2Http, edk2Pxe, ipxe, type Move, pxeOptions, type Received, uBoot } from "@bootlace/pxe-client";
import { describe, expect, it } from "vitest";
import type { BootClient } from "../src/core/client.ts";
import { handle, type OutgoingReply } from "../src/core/handle.ts";
import type { BootMenu } from "../src/core/menu.ts";
import type { BootPlan, Choose, Ignore } from "../src/core/plan.ts";
import { type Captured, capture, captured } from "./captures.ts";
import { captureLan, contextOf, datagramIn, decoded, subnet } from "./support.ts";

const us = captureLan.address;
const bios = "pxelinux/pxelinux.0";
const local = { kind: "local", text: "Local boot" } as const;
const biosMenu: BootMenu = {
  prompt: { text: "AE menu: press F8", timeoutSeconds: 3 },
  items: [
    { kind: "file", text: "PXELINUX memtest", basename: "pxelinux/pxelinux" },
    { kind: "file", text: "iPXE undionly", file: "ipxe/undionly.kpxe" },
    local,
    { kind: "server", text: "Type 15 on .17", type: 15, servers: ["192.168.11.17"] },
  ],
};
const uefiMenu: BootMenu = {
  prompt: { text: "AE menu: press F8", timeoutSeconds: 3 },
  items: [
    { kind: "file", text: "SYSLINUX EFI", file: "efi/syslinux.efi", type: 0x8002 },
    { kind: "file", text: "iPXE EFI", file: "ipxe/snponly.efi", type: 0x8003 },
    { kind: "file", text: "OK app", file: "ok.efi", type: 0x8004 },
    local,
  ],
};
const type15 = { items: [{ kind: "server", text: "RIS type 15", type: 15, servers: ["192.168.11.17"] }] } as const;

/** What the boot server of each capture had to offer, as a plan. */
function planFor(label: string, { arch, firmware }: BootClient): BootPlan | Ignore {
  const boot = (plan: Omit<BootPlan, "kind">): BootPlan => ({ kind: "boot", rule: label.slice(0, 3), ...plan });
  if (label.startsWith("01d")) return boot({ file: "ipxe/undionly.kpxe" });
  if (label.startsWith("01f")) return boot({ file: "ipxe/undionly.kpxe", script: { file: "ipxe/boot.ipxe" } });
  if (label.startsWith("03c")) return { kind: "ignore", reason: "no HTTP here" };
  if (label.startsWith("05a") || label.startsWith("05b")) return boot({ menu: biosMenu });
  if (label.startsWith("05g")) return boot({ menu: { ...uefiMenu, items: [local, ...uefiMenu.items.slice(0, 3)] } });
  if (label.startsWith("05")) return boot({ menu: uefiMenu });
  if (label.startsWith("06c")) return boot({ menu: type15 });
  const server = label.startsWith("06") ? { server: "192.168.11.17" } : {};
  if (arch?.http) return boot({ url: "http://{address}:8080/ok.efi" });
  if (arch?.name === "arm64-uefi") return boot({ file: "debian-installer/arm64/bootnetaa64.efi" });
  if (arch?.name === "x64-uefi") {
    const chain = label.startsWith("02c") || label.startsWith("02e") || label.startsWith("02f");
    return boot(
      chain
        ? { file: "ipxe/snponly.efi", script: { file: "ipxe/boot.ipxe", url: "http://{address}/boot.ipxe" } }
        : { file: "efi/syslinux.efi", ...server },
    );
  }
  return firmware === "u-boot" ? boot({ file: "boot.scr" }) : boot({ file: bios, ...server });
}

/** What reaches us: broadcasts of our segment, what is sent to our address, and what a relay sends there. */
function reachesUs({ label, role, src, dst, dport }: Captured): boolean {
  const otherSegment = label.startsWith("08") && !label.endsWith("srvside");
  if (role === "client") return dst === us || (dst === "255.255.255.255" && !otherSegment);
  return role === "relay" && dst === us && dport === 67 && src !== us;
}

function answer(one: Captured, vendorClasses: readonly string[] = []) {
  const choose: Choose = (client) => planFor(one.label, client);
  const interfaces = [captureLan];
  const port = one.dport === 4011 ? "pxe" : "dhcp";
  const scene = { interfaces, source: { address: one.src, port: one.sport }, port } as const;
  const relays = new Set(one.label.startsWith("08a") ? ["192.168.12.1"] : []);
  const context = contextOf({ choose, interfaces, relays, clientSubnets: [subnet12], vendorClasses });
  return handle(datagramIn(one.bytes, scene), context);
}

const subnet12 = subnet("192.168.12.0/24");
const requests = captured.filter(reachesUs);

function golden(one: Captured): string[] {
  const head = `${one.label} ${one.n} ${one.type} from ${one.src}:${one.sport} to :${one.dport}`;
  const outcome = answer(one);
  if (outcome.kind === "undecodable") return [`${head}: ${outcome.fault.code}`];
  const { decision, replies } = outcome;
  if (decision.kind === "ignore") return [`${head}: ignored: ${decision.reason}`];
  return replies.flatMap(({ reply, to, octets, decision: { kind, form, server } }) => [
    `${head}: ${kind} ${form} to ${to.address}:${to.port}, ${octets} octets, siaddr ${server}`,
    ...Array.from(reply.options, ([code, bytes]) => `  ${describeOption(code, bytes)}`),
  ]);
}

describe("the captured clients", () => {
  it("are all answered as before, or ignored for the same reason", async () => {
    expect(requests).toHaveLength(133);
    await expect(requests.flatMap(golden).join("\n")).toMatchFileSnapshot("golden/captures.txt");
  });

  const discovers = requests.filter(({ type }) => type === "DISCOVER");
  it.each(discovers.map((one) => [`${one.label} ${one.n}`, one] as const))(
    "%s: the offer is accepted",
    (_name, one) => {
      const outcome = answer(one);
      if (outcome.kind !== "packet") throw new Error(outcome.fault.code);
      const { client, decision, replies } = outcome;
      const [reply] = replies;
      if (reply === undefined || client === undefined) {
        const reasons = ["no-vendor-class", "other-vendor-class", "architecture-missing", "ipxe-chain-loop", "no-plan"];
        expect([...reasons, "relay-not-allowed"]).toContain(decision.kind === "ignore" ? decision.reason : "");
        return;
      }
      const move = afterOffer(client, one, reply);
      const plan = planFor(one.label, client) as BootPlan;
      if (client.firmware === "uefi" && plan.menu !== undefined) {
        expect(move).toEqual({ kind: "ask", server: us, port: 4011 });
      } else if (plan.menu !== undefined) {
        expect(move).toMatchObject({ kind: "menu", self: us });
      } else {
        const host = plan.server ?? us;
        const file =
          plan.script !== undefined && client.ipxe !== undefined ? expect.stringContaining("/boot.ipxe") : undefined;
        expect(move).toEqual({
          kind: "boot",
          file: file ?? plan.url?.replace("{address}", us) ?? plan.file,
          server: host,
        });
      }
    },
  );

  const asks = requests.filter(({ dport, dst }) => dport === 4011 && dst === us);
  it.each(asks.map((one) => [`${one.label} ${one.n}`, one] as const))("%s: the ACK is accepted", (_name, one) => {
    const outcome = answer(one);
    if (outcome.kind !== "packet" || outcome.client === undefined) throw new Error("not a boot client");
    const { client, decision, replies } = outcome;
    const [reply] = replies;
    const request = decoded(one.bytes);
    const { bootItem } = pxeOptions(request);
    const plan = planFor(one.label, client) as BootPlan;
    if (reply === undefined) {
      // dnsmasq had offered a menu in these captures, and this plan has none: the type is not ours.
      const why = decision.kind === "ignore" ? decision.reason : "";
      expect([bootItem === undefined, plan.menu, why]).toEqual(
        one.label.startsWith("01d") && bootItem === undefined
          ? [true, undefined, "ipxe-chain-loop"]
          : [false, undefined, "boot-item-not-served"],
      );
      return;
    }
    const move = afterAck(client, request, reply);
    if (plan.menu !== undefined && bootItem === undefined) expect(move).toMatchObject({ kind: "menu", self: us });
    else expect(move).toMatchObject({ kind: "boot", server: plan.server ?? us });
  });

  it("U-Boot, once its vendor class is allowed, gets siaddr and file", () => {
    const [discover] = capture("07a-uboot-arm64-dhcp-proxy");
    if (discover === undefined) throw new Error("no capture");
    const outcome = answer(discover, ["U-Boot"]);
    expect(outcome).toMatchObject({ client: { firmware: "u-boot", arch: { name: "arm64-uboot" } } });
    const reply = outcome.kind === "packet" ? outcome.replies[0] : undefined;
    if (reply === undefined) throw new Error("no reply");
    expect(optionValue(reply.reply, "vendorClassIdentifier")).toBe("U-Boot");
    const move = uBoot.choose(decoded(discover.bytes), [received(reply)]);
    expect(move).toEqual({ kind: "boot", file: "boot.scr", server: us });
  });
});

function received(reply: OutgoingReply): Received {
  return { bytes: reply.bytes, source: reply.from };
}

function afterOffer(client: BootClient, one: Captured, reply: OutgoingReply): Move {
  const all = capture(one.label);
  const router = all.find((other) => other.role === "router" && other.type === "OFFER" && other.xid === one.xid);
  if (router === undefined) throw new Error("no router in the capture");
  const offers = [{ bytes: router.bytes, source: { address: router.src, port: router.sport } }, received(reply)];
  return modelOf(client).choose(decoded(one.bytes), offers);
}

function afterAck(client: BootClient, request: ReturnType<typeof decoded>, reply: OutgoingReply): Move {
  const model = modelOf(client);
  const item = pxeOptions(request).bootItem;
  if (item === undefined) return model.judgeReply({ request, server: us }, received(reply), reply.to.port);
  const menu = { bootServers: [{ type: item.type, addresses: [us] }] };
  return model.judgeItem({ request, server: us, menu }, received(reply), reply.to.port);
}

function modelOf({ http, firmware }: BootClient) {
  if (http) return edk2Http;
  return firmware === "ipxe" ? ipxe : edk2Pxe;
}
