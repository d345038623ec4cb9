import { type Distribution, type DistributionId, installCommand } from "./distribution.ts";
import { type Kit, type KitId, kits } from "./kits.ts";

/** A kit found neither in the system nor in the boot folder. */
export interface MissingKit {
  readonly kit: KitId;
  readonly what: string;
  /** Packages of this distribution that contain it. */
  readonly packages?: readonly string[];
  /** Why no package here contains it. */
  readonly why?: string;
}

export interface Missing {
  /** Kits for the usual machines. */
  readonly needed: readonly MissingKit[];
  /** Kits for rare machines. */
  readonly optional: readonly MissingKit[];
  /** The command that installs the needed packages of this distribution. */
  readonly install?: string;
  readonly installOptional?: string;
}

/** The missing kits and the packages of this distribution that contain them. `architecture` is Node's name of the processor. */
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

/** SYSLINUX for UEFI replaces iPXE where a distribution has none. */
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
