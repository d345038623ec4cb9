import { linesOf } from "./menu-entry.ts";

export interface BootCfgChanges {
  /** The URL below which the files of the image are, without a slash at the end. */
  readonly tree: string;
  /** Words for the kernel, behind its own: `ks=http://192.0.2.1/ks.cfg`. */
  readonly kernelOptions?: string;
}

/**
 * Rewrites the `boot.cfg` of ESXi so that its loader fetches kernel and modules by HTTP (VMware ESXi, "Boot the ESXi Installer by Using
 * PXE"): `prefix` is the server, and names have no slash in front, which would count from the root of the server.
 */
export function rewriteBootCfg(text: string, { tree, kernelOptions = "" }: BootCfgChanges): string {
  const lines = linesOf(text).filter((line) => !/^\s*prefix\s*=/.test(line));
  const changed = lines.map((line) => {
    const [, key = "", value = ""] = /^\s*(kernel|modules|kernelopt)\s*=(.*)$/.exec(line) ?? [];
    if (key === "kernelopt") return `kernelopt=${`${value.trim()} ${kernelOptions}`.trim()}`;
    return key === "" ? line : `${key}=${value.replace(/(^|\s)\/+/g, "$1").trim()}`;
  });
  const hasOptions = changed.some((line) => line.startsWith("kernelopt="));
  const first = changed.findIndex((line) => line.startsWith("kernel="));
  const more = [`prefix=${tree}`, ...(hasOptions || kernelOptions === "" ? [] : [`kernelopt=${kernelOptions}`])];
  return changed.toSpliced(Math.max(0, first), 0, ...more).join("\n");
}
