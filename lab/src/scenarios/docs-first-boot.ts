import { appendFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BOOTLACE_MAIN } from "../bootlace.ts";
import { followPage } from "../doc-page.ts";
import { must } from "../failure.ts";
import { buildHomeLan, type HomeLan } from "../home-lan.ts";
import type { Lab, Scenario } from "../lab.ts";
import { listening } from "../ports.ts";
import { start } from "../processes.ts";
import { startBios } from "../qemu.ts";
import { bootRows } from "../record/rows.ts";
import { mustBeAsRecorded } from "../recorded-log.ts";

const MAC = "52:54:00:12:34:56";

export const docsFirstBoot: Scenario = {
  name: "docs-first-boot",
  proves:
    "the tutorial's commands lead to memtest86+, and to B10 without ldlinux.c32; the logs that the pages show are real",
  rows: bootRows("By the pages", "SeaBIOS, iPXE ROM, e1000", {
    "page-first-boot": "the tutorial: pxelinux.0 → memtest86+",
  }),
  async run(lab) {
    const home = await buildHomeLan(lab);
    const folder = join(lab.folder, "bootlace");
    mkdirSync(folder);
    const [config = ""] = await followPage(
      lab,
      home.bootServer,
      folder,
      "tutorial/first-boot.md",
      "2. Fill the boot folder",
    );
    // The lab reads the serial line; a person looks at the screen.
    appendFileSync(join(folder, config), "  APPEND console=ttyS0,115200\n");
    const booted = await bootOnce(lab, home, folder, "first", /Memtest86\+ v\d+\.\d\d/, / {2}delivered, /);
    lab.row("page-first-boot", booted.shown, booted.seconds);
    mustBeAsRecorded("first-boot", booted.log, folder);
    rmSync(join(folder, "boot/pxelinux/ldlinux.c32"));
    // SeaBIOS's serial console may move to a new line behind the first letter of pxelinux.
    const broken = /F\s*ailed to load ldlinux\.c32/;
    const failed = await bootOnce(lab, home, folder, "second", broken, / {2}failed, /);
    mustBeAsRecorded("failed-boot", failed.log, folder);
  },
};

/** Starts Bootlace as on a terminal, and a machine. Gives what it showed, and the whole log of the daemon. */
async function bootOnce(lab: Lab, home: HomeLan, folder: string, name: string, screen: RegExp, verdict: RegExp) {
  const served = start(lab, home.bootServer.netns, {
    name: `bootlace-${name}`,
    command: process.execPath,
    args: [BOOTLACE_MAIN, "serve", "--set", "log.format=pretty"],
    cwd: folder,
    env: { STATE_DIRECTORY: join(lab.folder, "state"), TZ: "UTC" },
  });
  await listening(lab, served, [67, 4011, 69]);
  const machine = await startBios(lab, home.lan, { mac: MAC, name });
  const [shown] = await machine.output.until(screen, 180);
  const seconds = machine.age();
  lab.proof(shown);
  lab.proof((await served.output.until(new RegExp(`.*${verdict.source}.*`), 60))[0].trim());
  await machine.stop("SIGKILL");
  const exit = await served.stop("SIGTERM", 10);
  must("code" in exit && exit.code === 0, `SIGTERM ended with ${JSON.stringify(exit)}`);
  return { log: served.output.text(), shown, seconds };
}
