import { notFound, type Source, type SourceClient } from "@bootlace/boot-source";
import type { ImagesSnapshot } from "../../catalogue/images.ts";
import type { BootTree } from "../../catalogue/tree.ts";
import type { Config } from "../../config/schema.ts";
import { machineOf } from "../../images/menu/machine.ts";
import { menuSource } from "../../images/menu/menu-source.ts";
import type { MenuServer } from "../../images/menu/place.ts";
import { conditionsOf } from "../../policy/conditions.ts";
import type { Policy } from "../../policy/policy.ts";

export interface ImageMenusDeps {
  readonly config: () => Config;
  readonly snapshot: () => ImagesSnapshot;
  readonly policy: Pick<Policy, "clientAt" | "book">;
  readonly server: () => Omit<MenuServer, "address">;
  /** The files of the root. */
  readonly files: Source;
}

/** Seconds for whoever wants something else than a rule says. */
const soon = 5;

/** What this server has for images. @param httpPort on which files are served now */
export function imageServerOf(
  { tftp }: Config,
  tree: BootTree,
  httpPort: number | undefined,
): Omit<MenuServer, "address"> {
  const { memdisk, wimboot } = tree;
  return { httpPort, tftp: tftp.enabled, memdisk, wimboot };
}

/** The menus of the images and what starts them, for each machine as DHCP showed it. */
export function imageMenus({ config, snapshot, policy, server, files }: ImageMenusDeps): Source {
  const menus = menuSource(snapshot, {
    factsOf(address) {
      const known = policy.clientAt(address);
      return known && machineOf(known.client);
    },
    server,
    settings(address) {
      const known = policy.clientAt(address);
      const own = known && policy.book().imageOf(known.client, known.iface);
      // A loader without scripts has the menu alone: the image of a rule is what it starts.
      return own === undefined ? config().images.menu : { default: own, timeout: soon };
    },
    isFor(id, address) {
      const { images, hosts } = config();
      const when = images.settings[id]?.when;
      if (when === undefined) return true;
      const known = policy.clientAt(address);
      return known !== undefined && conditionsOf(when, hosts).every(({ holds }) => holds(known.client, known.iface));
    },
    hasFile: (path, client) => hasFile(files, path, client),
  });
  return { open: (name, client) => (config().images.enabled ? menus.open(name, client) : notFound()) };
}

async function hasFile(files: Source, path: string, client: SourceClient): Promise<boolean> {
  const opened = await files.open(path, client);
  if (opened.ok) await opened.file.close();
  return opened.ok;
}
