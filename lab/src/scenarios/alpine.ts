import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { artefacts } from "../artefacts.ts";
import { must } from "../failure.ts";
import type { Scenario } from "../lab.ts";
import { addHost } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { runOk } from "../processes.ts";

export const alpine: Scenario = {
  name: "alpine",
  proves:
    "the archive for Alpine: BusyBox unpacks and installs it, twice; its OpenRC script is what install-service prints",
  async run(lab) {
    const { alpine: archive, bundle } = await artefacts(lab);
    const { netns } = await addHost(lab, "alpine");
    const busybox = locate("busybox");
    const target = join(lab.folder, "target");
    mkdirSync(target);
    await runOk(lab, netns, busybox, ["tar", "-xzf", archive]);
    const listed = (await runOk(lab, netns, busybox, ["tar", "-tzf", archive])).stdout.toString();
    const top = join(lab.folder, listed.split("/")[0] ?? "");
    const install = () => runOk(lab, netns, busybox, ["ash", join(top, "install"), target]);
    await install();
    const inTarget = (path: string) => join(target, path);
    const files = {
      "usr/bin/bootlace": 0o755,
      "usr/lib/bootlace/bootlace.cjs": 0o644,
      "etc/init.d/bootlace": 0o755,
      "etc/bootlace/bootlace.yaml": 0o644,
      "usr/share/man/man1/bootlace.1": 0o644,
    };
    for (const [path, mode] of Object.entries(files)) {
      const found = lstatSync(inTarget(path)).mode & 0o777;
      must(found === mode, `${path} has mode ${found.toString(8)}`);
    }
    must(existsSync(inTarget("srv/bootlace/boot")), "the boot root was not made");
    must(readFileSync(inTarget("usr/lib/bootlace/bootlace.cjs")).equals(readFileSync(bundle)), "another bundle");

    writeFileSync(inTarget("etc/bootlace/bootlace.yaml"), "root: /srv/mine\n");
    await install();
    const kept = readFileSync(inTarget("etc/bootlace/bootlace.yaml"), "utf8");
    must(kept === "root: /srv/mine\n", "a second install changed the config");
    lab.proof(`installed twice by BusyBox: ${Object.keys(files).join(", ")}; the changed config stayed`);

    for (const script of ["usr/bin/bootlace", "etc/init.d/bootlace"]) {
      await runOk(lab, netns, busybox, ["ash", "-n", inTarget(script)]);
    }
    const words = ["--openrc", "--exec", "/usr/bin/bootlace", "--user", "bootlace", "--root", target];
    const config = ["--config", "/etc/bootlace/bootlace.yaml"];
    const printed = await runOk(lab, netns, process.execPath, [
      bundle,
      "install-service",
      "--print",
      ...words,
      ...config,
    ]);
    const packaged = readFileSync(inTarget("etc/init.d/bootlace"), "utf8");
    must(packaged === printed.stdout.toString(), "the script is not what install-service prints");
    must(packaged.startsWith("#!/sbin/openrc-run\n"), "the script is not for OpenRC");
    lab.proof("ash reads the scripts; the OpenRC script is that of install-service");
  },
};
