import { cpSync, mkdirSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KindName } from "../crowd/plan.ts";
import { CROWD_YAML, type CrowdRun, plantKernel, switchOnCrowd } from "../crowd.ts";
import { buildCrowdSite, startCrowdServer } from "../crowd-site.ts";
import { filler } from "../filler.ts";
import type { Scenario } from "../lab.ts";

const KERNEL = 8 * 1024 * 1024 + 717;
/** The same number of bytes: only the bytes themselves distinguish the two. */
const otherKernel = () => filler(KERNEL).map((octet) => octet ^ 0xff);
const PERSISTENT: readonly KindName[] = ["bios", "uefi-4011", "bios-4011", "http"];

export const treeExchanged: Scenario = {
  name: "tree-exchanged",
  proves: "boot files that are replaced during 20 transfers: each arrives whole, old or new",
  rows: [
    {
      id: "file-exchanged",
      section: "Faults",
      done: "a file is replaced, by rename, with one of the same size during 20 transfers of it",
      holds: "each machine gets either the old file or the new one, whole; later machines get the new one",
    },
    {
      id: "tree-exchanged",
      section: "Faults",
      done: "the whole boot folder is replaced during 20 transfers: it is a symbolic link, and another link is renamed over it",
      holds: "the same",
    },
    {
      id: "tree-removed",
      section: "Faults",
      done: "the boot folder is removed while 20 machines load their kernels, and restored afterwards",
      holds: "each transfer delivers the whole file; later machines boot",
    },
  ],
  async run(lab) {
    const { bootServer, crowd } = await buildCrowdSite(lab);
    const yaml = CROWD_YAML.replace("root: ./boot", "root: ./served");
    const link = join(lab.folder, "boot/served");
    mkdirSync(join(lab.folder, "boot"), { recursive: true });
    symlinkSync("boot", link);
    // Whether it finds the tree gone before it is back is chance.
    const options = { name: "boot", kernel: KERNEL, yaml, troubles: ["boot.root-gone"] };
    const bootlace = await startCrowdServer(lab, bootServer, options);
    const { root, folder } = bootlace;
    // As they were and as they will be, where nobody touches them.
    const [old, fresh] = [join(folder, "old"), join(folder, "fresh")];
    for (const tree of [old, fresh]) cpSync(root, tree, { recursive: true });
    writeFileSync(join(fresh, "linux/vmlinuz"), otherKernel());
    const both = { machines: 20, mix: PERSISTENT, within: 200, reportAt: 16 };
    const whileLoading = async (name: string, change: () => void, reportAt = both.reportAt) => {
      const crowded = switchOnCrowd(lab, crowd, root, { name, ...both, reportAt, roots: [old, fresh] });
      await crowded.loading();
      change();
      return reported(crowded);
    };
    const reported = async (started: CrowdRun) => {
      const { booted, restarts, seconds } = await started.booted(120);
      return `${booted} machines in ${seconds.toFixed(1)} s, ${restarts} transfers restarted, no byte of another file`;
    };
    const newest = async (name: string, tree: string) => {
      await switchOnCrowd(lab, crowd, tree, { name, machines: 4, mix: PERSISTENT }).booted(60);
    };

    const next = join(root, "linux/vmlinuz.new");
    writeFileSync(next, otherKernel());
    const file = await whileLoading("file", () => renameSync(next, join(root, "linux/vmlinuz")));
    await newest("after-file", fresh);
    lab.row("file-exchanged", file);

    plantKernel(join(folder, "other"), KERNEL);
    cpSync(old, join(folder, "other"), { recursive: true });
    symlinkSync("other", `${link}.new`);
    const tree = await whileLoading("tree", () => renameSync(`${link}.new`, link));
    await newest("after-tree", old);
    lab.row("tree-exchanged", tree);

    const served = realpathSync(link);
    const gone = await whileLoading("removed", () => rmSync(served, { recursive: true }), both.machines);
    cpSync(old, served, { recursive: true });
    await newest("after-removed", old);
    lab.row("tree-removed", gone);

    for (const name of [old, fresh]) rmSync(name, { recursive: true });
  },
};
