import { createHash } from "node:crypto";
import { content, notFound, type OpenResult, type Source, type SourceClient, tidyPath } from "@bootlace/boot-source";
import { type ImagesSnapshot, imagesFolder } from "../../catalogue/images.ts";
import { type Machine, mergedMachine, readMachine } from "./machine.ts";
import { lineOf, type MenuFacts, type MenuSettings, menuImage, menuModel } from "./model.ts";
import type { Loader, MenuServer } from "./place.ts";
import { grubConfig, grubMenu } from "./render-grub.ts";
import {
  ipxeEntriesScript,
  ipxeItemsScript,
  ipxeMenuScript,
  ipxeMissingScript,
  ipxeQuestion,
  ipxeStartScript,
  machineFolder,
} from "./render-ipxe.ts";
import { pxelinuxConfig, pxelinuxMenu } from "./render-pxelinux.ts";

export interface MenuDeps {
  /** What DHCP showed of the machine that has this address. */
  readonly factsOf: (address: string) => Machine | undefined;
  /** What this server has now. The address is the one at which the machine reached it. */
  readonly server: () => Omit<MenuServer, "address">;
  readonly settings?: (address: string) => MenuSettings;
  /** Whether the config has an image for the machine at this address. Absent: each is for all. */
  readonly isFor?: (id: string, address: string) => boolean;
  /** Whether there is a file below the root: menu.c32 beside PXELINUX. Absent: no. */
  readonly hasFile?: (path: string, client: SourceClient) => boolean | Promise<boolean>;
}

/** Names below which whole configurations are made where the boot folder has none, and any image can be offered. */
const pxelinuxDefault = /^(?:(.*)\/)?pxelinux\.cfg\/default$/;
const grubDefault = /^(?:.*\/)?grub\.cfg$/;

/**
 * The menus of the images and the scripts that start them, made for whoever asks: the files of {@link imageNames.menu} and
 * {@link imageNames.script}, those of `images/menu/`, and configurations for PXELINUX and GRUB. To be put behind the boot folder:
 * a real file of the same name counts first.
 */
export function menuSource(snapshot: () => ImagesSnapshot, deps: MenuDeps): Source {
  function factsFor(loader: Loader, { address, localAddress }: SourceClient, said: Machine = {}): MenuFacts {
    const { isFor, factsOf, server, settings } = deps;
    return {
      loader,
      machine: mergedMachine(said, factsOf(address)),
      server: { ...server(), address: localAddress },
      settings: settings?.(address),
      ...(isFor === undefined ? {} : { isFor: (id) => isFor(id, address) }),
    };
  }

  /** The text of a name; undefined for a name that is none of these. */
  function textOf(path: string, client: SourceClient): string | undefined | Promise<string | undefined> {
    const name = path.replace(/\?[^/]*$/, "");
    const own = new RegExp(`^${machineFolder}/([^/]+)/([^/]+)\\.ipxe$`).exec(name);
    const machine = readMachine(own?.[1] ?? "");
    if (own !== null && machine !== undefined)
      return scriptFor(own[2] ?? "", `${machineFolder}/${own[1]}`, machine, client);
    const [, script] = new RegExp(`^${imagesFolder}/([^/]+)\\.ipxe$`).exec(name) ?? [];
    if (script !== undefined) return questionFor(script, client);
    // PXELINUX puts the folder of its own file before a name.
    const [, menu] = new RegExp(`(?:^|/)${imagesFolder}/menu\\.(grub|pxelinux)$`).exec(name) ?? [];
    if (menu === "grub") return grubMenu(menuModel(snapshot(), factsFor("grub", client)));
    if (menu === "pxelinux") return pxelinuxMenu(menuModel(snapshot(), factsFor("pxelinux", client)));
    return configOf(name, client);
  }

  function configOf(name: string, client: SourceClient): string | undefined | Promise<string | undefined> {
    const pxelinux = pxelinuxDefault.exec(name);
    if (pxelinux === null && !grubDefault.test(name)) return undefined;
    const model = menuModel(snapshot(), factsFor(pxelinux === null ? "grub" : "pxelinux", client));
    if (!model.groups.some(({ images }) => images.some(({ lines }) => lines.some(({ start }) => start))))
      return undefined;
    if (pxelinux === null) return grubConfig(model);
    const beside = pxelinux[1] === undefined ? "menu.c32" : `${pxelinux[1]}/menu.c32`;
    const has = deps.hasFile?.(beside, client) ?? false;
    return typeof has === "boolean" ? pxelinuxConfig(model, has) : has.then((is) => pxelinuxConfig(model, is));
  }

  /** iPXE is asked first what it runs on: DHCP does not say how much memory there is. */
  function questionFor(script: string, client: SourceClient): string | undefined {
    const { machine, server } = factsFor("ipxe", client);
    if (script === "menu" || script === "items") return ipxeQuestion(script, { machine, server });
    const [, id = ""] = /^([A-Za-z0-9._-]+)(?:\+[A-Za-z0-9-]*)?$/.exec(script) ?? [];
    if (id === "") return undefined;
    // A rule may name an image that is not there any more.
    if (!snapshot().rows.some((row) => row.id === id)) return ipxeMissingScript(id);
    return ipxeQuestion(`start-${script}`, { machine, server });
  }

  function scriptFor(script: string, folder: string, said: Machine, client: SourceClient): string | undefined {
    const facts = factsFor("ipxe", client, said);
    const { machine, server } = facts;
    const place = { machine, server, folder };
    if (script === "menu" || script === "again") {
      return ipxeMenuScript(menuModel(snapshot(), facts), place, script === "again");
    }
    if (script === "items") return ipxeItemsScript(menuModel(snapshot(), facts), place);
    const [, id = "", plus, entry = ""] = /^(?:start|again)-([^+]+)(?:(\+)([A-Za-z0-9-]*))?$/.exec(script) ?? [];
    if (id === "") return undefined;
    const image = menuImage(snapshot(), id, facts);
    if (image === undefined) return ipxeMissingScript(id);
    if (plus !== undefined && entry === "") {
      const waits = script.startsWith("again") || facts.settings?.timeout === 0;
      return ipxeEntriesScript(image, waits, place);
    }
    // An image that cannot be started at all has one line with the reason.
    const line =
      lineOf(image, plus === undefined ? undefined : entry) ?? (image.lines.length === 1 ? image.lines[0] : undefined);
    return line === undefined ? ipxeMissingScript(`${id}/${entry}`) : ipxeStartScript(line, place);
  }

  return {
    open(name, client) {
      const made = textOf(tidyPath(name), client);
      return made instanceof Promise ? made.then(opened) : opened(made);
    },
  };
}

function opened(text: string | undefined): OpenResult {
  return text === undefined ? notFound() : content(text, createHash("sha256").update(text).digest("hex"));
}
