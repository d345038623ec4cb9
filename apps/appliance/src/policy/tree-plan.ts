import { type BootClient, type BootPlan, type Ignore, isBootClass, isIpxeBinary } from "@bootlace/proxy-dhcp";
import { plainName } from "../catalogue/file-role.ts";
import { imageNames } from "../catalogue/images.ts";
import { scriptName } from "../catalogue/ipxe-script.ts";
import { textOf } from "../catalogue/reasons/reason.ts";
import { type PolicyReason, policyReasons } from "../catalogue/reasons/silences.ts";
import { type BootTree, scriptFor } from "../catalogue/tree.ts";
import type { BootRule, Config } from "../config/schema.ts";

/** The part of the config that decides what a client gets. */
export type BootConfig = Pick<Config, "boot" | "hosts" | "menus" | "tftp" | "http" | "bootCheck">;

/** What there is to boot without a rule: the files of the root, and whether any disc image can be offered. */
export interface BootOffer {
  readonly tree: BootTree;
  readonly images: boolean;
}

/** What the files hold for a client; `nothing` when that is for want of a file. */
export type Found = BootPlan | Ignore | "nothing";

/** What the boot tree has beside a rule. An iPXE that fetches the rule's URL needs no file of the tree. */
export function treePlan(client: BootClient, url: string | undefined, config: BootConfig, offer: BootOffer): Found {
  const found = fromTree(client, config, offer);
  if (client.firmware !== "ipxe" || url === undefined || found === "nothing" || found.kind === "ignore") return found;
  const { file: _file, ...rest } = found;
  return client.ipxe?.features.includes(/^https:/i.test(url) ? "https" : "http") === true ? rest : found;
}

/** The iPXE of the tree that brings other firmware to the script of a rule without file. */
export function wayToScript(
  { arch }: BootClient,
  { script, server }: BootRule,
  { tftp }: BootConfig,
  { tree }: BootOffer,
): string | undefined {
  const ours = script !== undefined && server === undefined && tftp.enabled && arch !== undefined;
  return ours ? tree.ipxe.get(arch.code) : undefined;
}

/** A script of ours is made for this client; it says who it is in the name. */
export function scriptPlan(
  client: BootClient,
  script: string,
  rule: BootRule,
  config: BootConfig,
): NonNullable<BootPlan["script"]> {
  if (isUrl(script)) return { url: script };
  if (rule.server !== undefined) return { file: script };
  const url = ownUrl(script, config);
  return {
    ...(config.tftp.enabled ? { file: scriptName(script, client) } : {}),
    ...(url === undefined ? {} : { url: scriptName(url, client) }),
  };
}

/** The URL of a file of ours; `{address}` is filled in for the interface on which the client is answered. */
export function ownUrl(file: string | undefined, { http }: BootConfig): string | undefined {
  if (!http.enabled || file === undefined) return undefined;
  const path = plainName(file).split("/").map(encodeURIComponent).join("/");
  return `http://{address}${http.port === 80 ? "" : `:${http.port}`}/${path}`;
}

export function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

/** No reply, with the code of its row in the table of reasons. */
export function ignored(code: PolicyReason, { arch }: BootClient): Ignore {
  const reason = textOf(policyReasons[code], arch === undefined ? {} : { arch: arch.name });
  return { kind: "ignore", code, reason };
}

/** What the root has for a client of which no rule says more. */
function fromTree(client: BootClient, config: BootConfig, offer: BootOffer): Found {
  const { tree } = offer;
  if (client.archCodes.length === 0 && !isBootClass(client.matchedClass)) return ignored("no-rule-for-class", client);
  if (!config.tftp.enabled) return ignored("tftp-off", client);
  if (client.firmware === "raspberry-pi") {
    return tree.raspberryPi === undefined
      ? ignored("no-raspberry-pi-files", client)
      : { kind: "boot", file: tree.raspberryPi };
  }
  const own = scriptFor(tree, client.arch?.code) ?? imagesScript(client, offer);
  const script = own === undefined ? {} : { script: scriptPlan(client, own, {}, config) };
  const entry = client.arch === undefined ? undefined : tree.entries.get(client.arch.code);
  if (entry !== undefined) return { kind: "boot", file: entry.file, ...script };
  if (client.firmware === "ipxe" && own !== undefined) return { kind: "boot", ...script };
  return "nothing";
}

/** The menu of the images, for iPXE that would have no script: that of the root, or a client's own where nothing else is for it. */
function imagesScript({ arch, firmware }: BootClient, { tree, images }: BootOffer): string | undefined {
  const entry = arch === undefined ? undefined : tree.entries.get(arch.code);
  const runs = entry === undefined ? firmware === "ipxe" : isIpxeBinary(entry.file);
  return images && runs ? imageNames.menu.ipxe : undefined;
}
