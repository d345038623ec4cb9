import type { ConfigFacts, FileNeed } from "../file-facts.ts";
import { folderOf, linesOf, mostNeeds, needAt, pathFrom, type ReadContext } from "./reading.ts";

/** A generation of the Raspberry Pi, as far as its firmware wants files of its own. */
export type PiGeneration = "pi1" | "pi2" | "pi3" | "pi4" | "pi5";

interface Generation {
  readonly name: PiGeneration;
  /** Filters of config.txt that are for it, all or some of its models. */
  readonly filters: readonly string[];
  /** Files without which the firmware does not start. */
  readonly firmware: readonly string[];
  /** The kernel without `kernel=`, first choice first; with `arm_64bit=1` and without. */
  readonly kernels64: readonly string[];
  readonly kernels32: readonly string[];
  readonly usual64: boolean;
}

/** Raspberry Pi documentation, "Boot folder contents", "kernel" and "Model filters". */
const generations: readonly Generation[] = [
  {
    name: "pi1",
    filters: ["pi1", "pi0", "pi0w"],
    firmware: ["bootcode.bin", "start.elf"],
    kernels64: ["kernel.img"],
    kernels32: ["kernel.img"],
    usual64: false,
  },
  {
    name: "pi2",
    filters: ["pi2"],
    firmware: ["bootcode.bin", "start.elf"],
    kernels64: ["kernel8.img"],
    kernels32: ["kernel7.img", "kernel.img"],
    usual64: false,
  },
  {
    name: "pi3",
    filters: ["pi3", "pi3+", "pi02", "cm3", "cm3+"],
    firmware: ["bootcode.bin", "start.elf"],
    kernels64: ["kernel8.img"],
    kernels32: ["kernel7.img", "kernel.img", "kernel8.img"],
    usual64: false,
  },
  {
    name: "pi4",
    filters: ["pi4", "pi400", "cm4", "cm4s"],
    firmware: ["start4.elf"],
    kernels64: ["kernel8.img"],
    kernels32: ["kernel7l.img", "kernel7.img", "kernel.img"],
    usual64: true,
  },
  {
    name: "pi5",
    filters: ["pi5", "pi500", "cm5"],
    firmware: [],
    kernels64: ["kernel_2712.img", "kernel8.img"],
    kernels32: ["kernel_2712.img", "kernel8.img"],
    usual64: true,
  },
];

export const piGenerations: readonly PiGeneration[] = generations.map(({ name }) => name);

interface Setting {
  readonly value: string;
  readonly line: number;
}

/** Reads a `config.txt`: what each generation fetches on its account, and what it fetches anyway. */
export function readPiConfig(text: string, context: ReadContext): ConfigFacts {
  const folder = context.folder ?? folderOf(context.path);
  const needs = generations.flatMap((generation) => piNeeds(generation, settingsFor(generation, text), folder));
  return { loader: "raspberry-pi", needs: needs.slice(0, mostNeeds) };
}

/** What a Raspberry Pi fetches from a folder where no `config.txt` says otherwise. */
export function piNeedsWithoutConfig(generation: PiGeneration, folder: string): FileNeed[] {
  return generations.filter(({ name }) => name === generation).flatMap((each) => piNeeds(each, new Map(), folder));
}

/** The settings that count for all models of a generation; later ones win. */
function settingsFor({ filters }: Generation, text: string): ReadonlyMap<string, Setting> {
  const settings = new Map<string, Setting>();
  /** Whether each filter in force is for all models, for these, or for others or some only. */
  let model = true;
  let other = true;
  for (const [index, row] of linesOf(text).entries()) {
    const line = row.replace(/#.*$/, "").trim();
    const filter = /^\[(.*)\]$/.exec(line)?.[1]?.trim().toLowerCase();
    if (filter === "all") [model, other] = [true, true];
    else if (filter === "none") other = false;
    else if (filter !== undefined) {
      // A filter of another kind (display, serial, board type, pin) adds to that of the model.
      if (/^(pi|cm)\d/.test(filter)) model = filters.includes(filter) && filter === filters[0];
      else other = false;
    }
    if (filter !== undefined || !model || !other) continue;
    const [, key, value = ""] = /^(\w+)\s*=\s*(.*)$/.exec(line) ?? /^(initramfs)\s+(.*)$/.exec(line) ?? [];
    if (key !== undefined) settings.set(key.toLowerCase(), { value: value.trim(), line: index + 1 });
  }
  return settings;
}

function piNeeds(
  { name: entry, firmware, kernels32, kernels64, usual64 }: Generation,
  settings: ReadonlyMap<string, Setting>,
  folder: string,
): FileNeed[] {
  const needs: FileNeed[] = [];
  const prefix = settings.get("os_prefix")?.value ?? "";

  /** A prefix under which there is no kernel does not count: then the files are looked for without it. */
  function add(
    role: FileNeed["role"],
    names: readonly string[],
    line: number,
    options: { os?: boolean; optional?: boolean },
  ) {
    const { os = false, optional = false } = options;
    const tried = os && prefix !== "" ? [...names.map((name) => prefix + name), ...names] : names;
    const [path = "", ...otherwise] = tried.map((name) => pathFrom(folder, name));
    needs.push(needAt(line, role, names[0] ?? "", { path }, { entry, otherwise, optional }));
  }

  const start = settings.get("start_file");
  for (const file of firmware) {
    const replaced = start !== undefined && file.startsWith("start");
    add("program", [replaced ? start.value : file, ...(replaced ? [] : editions(file))], replaced ? start.line : 0, {});
  }
  const kernel = settings.get("kernel");
  const wide = settings.get("arm_64bit");
  const is64 = wide === undefined ? usual64 : wide.value !== "0";
  // Firmware takes what there is, unless the config decides.
  const usual =
    wide === undefined ? [...(usual64 ? kernels64 : kernels32), ...(usual64 ? kernels32 : kernels64)] : undefined;
  const names = kernel === undefined ? (usual ?? (is64 ? kernels64 : kernels32)) : [kernel.value];
  add("kernel", [...new Set(names)], (kernel ?? wide)?.line ?? 0, { os: true });
  const initramfs = settings.get("initramfs") ?? settings.get("ramfsfile");
  for (const file of initramfs?.value.split(/\s+/)[0]?.split(",") ?? []) {
    if (file !== "") add("initrd", [file], initramfs?.line ?? 0, { os: true });
  }
  const tree = settings.get("device_tree");
  if (tree !== undefined && tree.value !== "") add("image", [tree.value], tree.line, { os: true });
  const stub = settings.get("armstub");
  if (stub !== undefined) add("image", [stub.value], stub.line, { optional: true });
  add("config", [settings.get("cmdline")?.value ?? "cmdline.txt"], settings.get("cmdline")?.line ?? 0, {
    os: true,
    optional: true,
  });
  return needs;
}

/** Editions of the firmware, which `gpu_mem` and `start_x` choose between. */
function editions(file: string): string[] {
  if (file === "start4.elf") return ["start4x.elf", "start4cd.elf", "start4db.elf"];
  return file === "start.elf" ? ["start_x.elf", "start_cd.elf", "start_db.elf"] : [];
}
