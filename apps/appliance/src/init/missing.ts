import { type Distribution, type DistributionId, installCommand } from "./distribution.ts";
import { type Kit, type KitId, kits } from "./kits.ts";

/** A kit that neither the system nor the boot tree has. */
export interface MissingKit {
  readonly kit: KitId;
  readonly what: string;
  /** Packages of this distribution that bring it. */
  readonly packages?: readonly string[];
  /** Why no package brings it here. */
  readonly why?: string;
}

export interface Missing {
  /** Without these some usual machine boots less than it could. */
  readonly needed: readonly MissingKit[];
  /** For machines that few have. */
  readonly optional: readonly MissingKit[];
  /** Installs what is needed, as far as this distribution has it. */
  readonly install?: string;
  readonly installOptional?: string;
}

/** What is missing, and which packages of this distribution bring it. `architecture` is what Node calls the processor. */
export function tellMissing(
  present: ReadonlySet<KitId>,
  distribution: Distribution,
  { architecture, isRoot }: { readonly architecture: string; readonly isRoot: boolean },
): Missing {
  const { id } = distribution;
  const needed = neededKits(id, present);
  const rows = (wanted: (kit: Kit) => boolean) =>
    kits.filter((kit) => !present.has(kit.id) && wanted(kit)).map((kit) => missingKit(kit, id, architecture));
  const neededRows = rows((kit) => needed.includes(kit.id));
  const optionalRows = rows((kit) => kit.id.startsWith("secure-") && !needed.includes(kit.id)).filter(
    (row) => row.packages !== undefined,
  );
  const commandFor = (list: readonly MissingKit[]) => {
    const names = [...new Set(list.flatMap(({ packages = [] }) => packages))];
    return id === undefined || names.length === 0 ? undefined : installCommand(id, names, isRoot);
  };
  const install = commandFor(neededRows);
  const installOptional = commandFor(optionalRows);
  return {
    needed: neededRows,
    optional: optionalRows,
    ...(install === undefined ? {} : { install }),
    ...(installOptional === undefined ? {} : { installOptional }),
  };
}

/** SYSLINUX for UEFI stands in where a distribution has no iPXE for its users. */
function neededKits(id: DistributionId | undefined, present: ReadonlySet<KitId>): readonly KitId[] {
  const ipxe = kits.find((kit) => kit.id === "ipxe-x64");
  const hasNone = id !== undefined && ipxe !== undefined && "none" in ipxe.sources[id];
  const uefi: KitId = hasNone && !present.has("ipxe-x64") ? "syslinux-x64" : "ipxe-x64";
  return ["pxelinux", "memtest-bios", "memtest-x64", uefi];
}

function missingKit({ id: kit, what, sources }: Kit, id: DistributionId | undefined, architecture: string): MissingKit {
  if (id === undefined) return { kit, what };
  const source = sources[id];
  if ("none" in source) return { kit, what, why: source.none };
  const { packages, only } = source;
  if (only === undefined || only.includes(architecture)) return { kit, what, packages };
  const names = packages.join(" and ");
  return { kit, what, why: `${names} ${packages.length === 1 ? "is" : "are"} not packaged for this processor` };
}
