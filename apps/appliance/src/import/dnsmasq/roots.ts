import type { BootLine, DnsmasqModel, PxeService } from "./model.ts";
import { remark } from "./model.ts";

/**
 * The one root of the config. dnsmasq has a root for each interface if need be: those of interfaces that are served
 * count before the common one (tftp.c), and of several different ones the first is taken.
 */
export function chooseRoot(model: DnsmasqModel): void {
  const { roots, settings } = model;
  const common = roots.findLast(({ iface }) => iface === undefined);
  const named = roots.filter(({ iface }) => iface !== undefined);
  const served = named.filter(
    ({ iface = "" }) => settings.interfaces.length === 0 || settings.interfaces.includes(iface),
  );
  for (const { iface = "", from } of named.filter((row) => !served.includes(row))) {
    remark(model, from, `no interface= line lists ${iface}, so no client uses this root`);
  }
  const everywhere = settings.interfaces.every((name) => served.some(({ iface }) => iface === name));
  const chosen = settings.interfaces.length > 0 && everywhere ? served[0] : (common ?? served[0]);
  if (chosen === undefined) return;
  settings.root = chosen.folder;
  for (const row of served) {
    if (row.folder === chosen.folder) continue;
    const why = `Bootlace has one root for all interfaces, ${chosen.folder}: clients on ${row.iface} lose the files in ${row.folder}`;
    remark(model, row.from, why);
  }
}

/**
 * Names below the root are written from the root on: dnsmasq's TFTP takes whole paths as well (tftp.c). Without any
 * tftp-root it takes nothing else; the folder that all names have in common becomes the root then.
 * @param own addresses of this machine: files that another machine serves keep their names
 */
export function nameFromRoot(model: DnsmasqModel, own: readonly string[]): void {
  const { settings, boots, services } = model;
  const isOurs = ({ file, server }: Named) => isPath(file) && (server === undefined || own.includes(server));
  const files = [...boots, ...services].filter(isOurs);
  if (!settings.tftp) return;
  if (settings.root === undefined) inferRoot(model, files);
  const root = settings.root?.replace(/\/+$/, "");
  if (root === undefined || root === "") return;
  const shorten = <T extends Named>(line: T): T => {
    const { file } = line;
    if (file === undefined || !isOurs(line) || !file.startsWith(`${root}/`)) return line;
    return { ...line, file: file.slice(root.length).replace(/^\/+/, "") };
  };
  boots.splice(0, boots.length, ...boots.map(shorten));
  services.splice(0, services.length, ...services.map(shorten));
}

type Named = Pick<BootLine, "server"> & Pick<PxeService, "file" | "from">;

/** A file by TFTP. */
export function isPath(file: string | undefined): boolean {
  return file !== undefined && !/^https?:/i.test(file);
}

function inferRoot(model: DnsmasqModel, files: readonly Named[]): void {
  const [first] = files;
  if (first === undefined || !files.every(({ file = "" }) => /^\/[^/]+\//.test(file))) return;
  const folders = files.map(({ file = "" }) => file.split("/").slice(1, -1));
  const [shared = []] = folders;
  const same = shared.findIndex((name, depth) => folders.some((folder) => folder[depth] !== name));
  const common =
    same === -1 ? shared.slice(0, Math.min(...folders.map(({ length }) => length))) : shared.slice(0, same);
  if (common.length === 0) return;
  model.settings.root = `/${common.join("/")}`;
  const why = `without tftp-root dnsmasq serves absolute paths; root is set to the common folder of the boot files, ${model.settings.root}`;
  remark(model, first.from, why);
}
