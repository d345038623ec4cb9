import { type BootItem, DISCOVERY, encodePxeOptions, type Ipv4Address } from "@bootlace/dhcp-core";
import { bootFileFor, isLoop } from "./boot-file.ts";
import { type BootClient, isBootClass } from "./client.ts";
import type { Answer, AnswerReason, Decision, Ignored } from "./decision.ts";
import { firmwareTable, type ReplyForm } from "./firmware.ts";
import type { ServedInterface } from "./interfaces.ts";
import { isOneOf } from "./ipxe.ts";
import { type BootMenu, chooseItem, menuOptions } from "./menu.ts";
import type { BootPlan, Ignore } from "./plan.ts";
import { raspberryPiOptions } from "./raspberry-pi.ts";
import type { IgnoreReason } from "./reasons.ts";
import type { BootRequest } from "./request.ts";

/** What to do with a boot client's request on one interface: the reply recipe, as a value. */
export function decide(
  request: BootRequest,
  client: BootClient,
  plan: BootPlan | Ignore,
  iface: ServedInterface,
): Decision {
  if (plan.kind === "ignore") {
    const { code, reason } = plan;
    return { ...ignored("no-plan", plan, reason), ...(code === undefined ? {} : { code }) };
  }
  if (client.http) return decideFile(request, client, plan, iface, "http");
  if (client.firmware === "raspberry-pi") return decideFile(request, client, plan, iface, "raspberry-pi");
  const form = formFor(client, plan);
  return form === "menu" ? decideMenu(request, client, plan, iface) : decideFile(request, client, plan, iface, form);
}

function formFor(client: BootClient, plan: BootPlan): ReplyForm {
  const row = firmwareTable[client.firmware];
  if (plan.form !== undefined) return plan.form;
  if (client.firmware === "ipxe" && plan.script !== undefined) return row.form;
  return plan.menu !== undefined && row.menuCarriedBy !== "none" ? "menu" : row.form;
}

function decideFile(
  request: BootRequest,
  client: BootClient,
  plan: BootPlan,
  iface: ServedInterface,
  form: Exclude<Answer["form"], "menu">,
): Decision {
  const item = request.kind === "discover" ? undefined : request.item;
  if (item !== undefined && item.type !== 0) return ignored("boot-item-not-served", plan, String(item.type));
  if (item !== undefined && item.layer !== 0) return ignored("layer-not-served", plan, String(item.layer));
  const file = bootFileFor(client, plan, iface);
  if (!file.ok) return ignored(file.reason, plan, file.detail);

  const { name, server, notes } = file;
  const offer = request.kind === "discover";
  if (!offer && name !== undefined && isOneOf(plan.loaded ?? [], name))
    return ignored("program-asks-again", plan, name);
  // A client without a file in the offer asks the offer's siaddr on the PXE port, so that must be ours.
  const later = offer && form === "server";
  const elsewhere = later && server !== iface.address;
  return {
    ...answered(request, plan, form),
    ...(name === undefined || elsewhere ? {} : { bootFile: name }),
    server: later ? iface.address : server,
    ...(isPlainDhcp(client) ? {} : vendorOptionsOf(form, offer, item)),
    ...(item === undefined ? {} : { item }),
    notes,
  };
}

/** A switch or a phone has a meaning of its own for what PXE says in option 43. */
function isPlainDhcp({ archCodes, matchedClass }: BootClient): boolean {
  return archCodes.length === 0 && !isBootClass(matchedClass);
}

function vendorOptionsOf(
  form: Answer["form"],
  offer: boolean,
  item: BootItem | undefined,
): Pick<Answer, "vendorOptions"> {
  if (item !== undefined) return { vendorOptions: written({ bootItem: item }) };
  if (form === "raspberry-pi") return { vendorOptions: raspberryPiOptions() };
  if (form === "direct" && offer) return { vendorOptions: written({ discoveryControl: DISCOVERY.bootFileNow }) };
  return {};
}

function decideMenu(request: BootRequest, client: BootClient, plan: BootPlan, iface: ServedInterface): Decision {
  const { menu } = plan;
  const options = menu === undefined ? undefined : menuOptions(menu, iface.address);
  if (menu === undefined || options === undefined) return ignored("menu-unusable", plan);
  const base = { ...answered(request, plan, "menu"), server: iface.address, notes: [] };
  if (request.kind === "discover") {
    const carriedBy = menu.carriedBy ?? firmwareTable[client.firmware].menuCarriedBy;
    return carriedBy === "ack" ? base : { ...base, vendorOptions: options };
  }
  const { item } = request;
  if (item === undefined) return { ...base, vendorOptions: options };
  return decideItem(request, client, plan, menu, item, iface.address);
}

/** The ACK must name the type it was asked for, or the client drops it (PXE 2.1 table 2-5). */
function decideItem(
  request: BootRequest,
  client: BootClient,
  plan: BootPlan,
  menu: BootMenu,
  item: BootItem,
  self: Ipv4Address,
): Decision {
  const choice = chooseItem(menu, item.type, item.layer);
  if (!choice.ok) return ignored(choice.reason, plan, `type ${item.type} layer ${item.layer}`);
  if (client.ipxe !== undefined && plan.ipxeLoops !== undefined && isLoop(choice.file, plan)) {
    return ignored("ipxe-chain-loop", plan, choice.file);
  }
  return {
    ...answered(request, plan, "menu"),
    bootFile: choice.file,
    server: choice.server ?? plan.server ?? self,
    vendorOptions: written({ bootItem: item }),
    item,
    notes: [],
  };
}

function answered(
  request: BootRequest,
  plan: BootPlan,
  form: Answer["form"],
): Pick<Answer, "kind" | "reason" | "rule" | "plan" | "form"> {
  return {
    kind: request.kind === "discover" ? "offer" : "ack",
    reason: reasonOf(request),
    ...(plan.rule === undefined ? {} : { rule: plan.rule }),
    plan,
    form,
  };
}

function reasonOf(request: BootRequest): AnswerReason {
  if (request.kind === "pxe-request" && request.item !== undefined) return "boot-item";
  return request.kind;
}

function ignored(reason: IgnoreReason, plan: BootPlan | Ignore, detail?: string): Ignored {
  return {
    kind: "ignore",
    reason,
    ...(plan.rule === undefined ? {} : { rule: plan.rule }),
    ...(detail === undefined ? {} : { detail }),
  };
}

function written(options: Parameters<typeof encodePxeOptions>[0]): Uint8Array {
  const encoded = encodePxeOptions(options);
  if (!encoded.ok) throw new Error(`option 43: ${encoded.fault.expected}`);
  return encoded.bytes;
}
