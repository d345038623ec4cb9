import { chmodSync, chownSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { BOOTLACE_MAIN, type Program, startBootlace, workspaceProgram } from "../bootlace.ts";
import { LabFailure } from "../failure.ts";
import { BOOT_SERVER, ROUTER } from "../home-lan.ts";
import type { Lab } from "../lab.ts";
import { addHost, addSwitch, plugIn } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { run } from "../processes.ts";
import type { Machine } from "../qemu.ts";
import { advertisementLines, ipv6Prefix, routerLines, startDnsmasq } from "../router.ts";
import { lastLines } from "../transcript.ts";
import { ask } from "../verdicts.ts";
import type { Case } from "./case.ts";
import { type Graded, grade, type ListedBoot } from "./grade.ts";
import { MACHINES } from "./machines.ts";
import type { Site } from "./site.ts";

/** What came of one set-up. `SCREEN`: the machine did not come to the end that was written down. */
export interface Result extends Omit<Graded, "grade"> {
  readonly one: Case;
  readonly grade: Graded["grade"] | "SCREEN";
  /** The text of the screen that decided. */
  readonly shown: string;
  /** From switching on until the screen showed it, and from then until the verdict was right (or the end). */
  readonly seconds: number;
  readonly after: number;
  /** What `check` made of the folder: it warned as it should, or was silent as it should; undefined: nothing is asked. */
  readonly checked: "right" | "wrong" | undefined;
  readonly checkSaid: string;
  /** The boots as the API lists them, and the end of the machine's screen. */
  readonly boots: readonly ListedBoot[];
  readonly tail: string;
}

/** A right verdict counts only if it still stands after so many milliseconds. */
const HOLDS = 3000;
const NOBODY = 65534;

/** Runs one set-up in namespaces and a folder of its own, which stay only where something was not right. */
export async function runCase(lab: Lab, one: Case, number: number): Promise<Result> {
  const undo = new AsyncDisposableStack();
  const folder = join(lab.folder, one.id);
  mkdirSync(folder, { recursive: true });
  const own: Lab = {
    ...lab,
    folder,
    // Sets of namespaces are told apart by this number.
    counter: lab.counter * 1000 + number + 1000,
    defer: (step) => undo.defer(step),
    afterwards: () => undefined,
    proof: () => undefined,
    row: () => undefined,
  };
  let result: Result;
  try {
    result = await boot(own, one);
  } catch (error) {
    // A set-up that cannot be built is one that did not come to its end; the others go on.
    if (lab.signal.aborted) throw error;
    const nothing = { praised: false, blamed: false, shown: "", seconds: 0, after: 0, boots: [], tail: "" };
    result = {
      one,
      grade: "SCREEN" as const,
      said: error instanceof Error ? error.message : String(error),
      ...nothing,
      checked: undefined,
      checkSaid: "",
    };
  } finally {
    await undo.disposeAsync();
  }
  if (result.grade === "RIGHT" && result.checked !== "wrong") rmSync(folder, { recursive: true });
  return result;
}

async function boot(lab: Lab, one: Case): Promise<Result> {
  const site = await build(lab, one);
  await one.prepare?.(site);
  const checking = check(site, one);
  // Where it fails before anybody waits for it, its error comes when somebody does.
  checking.catch(() => undefined);
  const machine = await MACHINES[one.machine].start(site);
  const patience = one.patience ?? 120;
  let shown: string;
  try {
    shown = await atItsEnd(machine.output, one.screen, patience, one.meanwhile?.(site, machine));
    if (one.never?.test(machine.output.text())) throw new LabFailure(`${one.never} was on the screen`);
  } catch (error) {
    if (!(error instanceof LabFailure) || lab.signal.aborted) throw error;
    const boots = await bootsOf(site);
    const nothing = { said: error.message, praised: false, blamed: false, shown: "", after: 0 };
    const tail = lastLines(machine.output.text(), 25);
    return { one, grade: "SCREEN", ...nothing, seconds: machine.age(), ...(await checking), boots, tail };
  }
  const seconds = machine.age();
  await one.afterwards?.(site, machine);
  const { graded, boots, after } = await judged(site, one);
  const tail = lastLines(machine.output.text(), 25);
  if (one.never?.test(machine.output.text())) {
    const said = `${one.never} came after the end of the story: ${graded.said}`;
    return { one, ...graded, grade: "SCREEN", said, shown, seconds, after, ...(await checking), boots, tail };
  }
  return { one, ...graded, shown, seconds, after, ...(await checking), boots, tail };
}

/**
 * Waits for the screen and for the person in front of it. Whoever fails first ends the wait.
 * @param seconds until the screen must show it
 * @returns what the screen showed
 */
export async function atItsEnd(
  output: Pick<Machine["output"], "until">,
  screen: RegExp,
  seconds: number,
  person: Promise<void> | undefined,
): Promise<string> {
  const [[shown]] = await Promise.all([output.until(screen, seconds), person]);
  return shown;
}

/** The LAN: a router, the boot server, and Bootlace with the set-up's files. */
async function build(lab: Lab, one: Case): Promise<Site> {
  const lan = await addSwitch(lab, "lan");
  const router = await addHost(lab, "router");
  await plugIn(router, lan, { addresses: [`${ROUTER}/24`, `${ipv6Prefix(11)}1/64`] });
  const bootServer = await addHost(lab, "boot");
  await plugIn(bootServer, lan, { addresses: [`${BOOT_SERVER}/24`] });
  const base = one.pool?.length === 0 ? advertisementLines(11) : routerLines(11, one.pool);
  const ports = one.pool?.length === 0 ? [] : [67];
  await startDnsmasq(lab, router, { lines: [...base, ...(one.routerLines ?? [])], ports });
  const folder = join(lab.folder, bootServer.role);
  mkdirSync(folder);
  const bootlace = await startBootlace(lab, bootServer, {
    yaml: one.yaml ?? "root: ./boot\n",
    tree: one.tree ?? {},
    ports: [67],
    program: one.asNobody ? nobodysProgram(folder) : workspaceProgram(folder),
  });
  return { lab, lan, router, bootServer, bootlace };
}

/** Bootlace as a service runs it: an ordinary user who may bind its ports. */
function nobodysProgram(folder: string): Program {
  chmodSync(folder, 0o755);
  chownSync(folder, NOBODY, NOBODY);
  const who = ["--reuid", String(NOBODY), "--regid", String(NOBODY), "--clear-groups"];
  const rights = ["--inh-caps=+net_bind_service,+net_raw", "--ambient-caps=+net_bind_service,+net_raw"];
  return { command: locate("setpriv"), args: [...who, ...rights, process.execPath, BOOTLACE_MAIN], folder };
}

async function check({ lab, bootServer, bootlace }: Site, one: Case): Promise<Pick<Result, "checked" | "checkSaid">> {
  if (one.check === undefined) return { checked: undefined, checkSaid: "" };
  const words = [BOOTLACE_MAIN, "check", "bootlace.yaml"];
  const program = one.asNobody
    ? { command: locate("setpriv"), args: nobodysProgram(bootlace.folder).args.slice(0, -2) }
    : undefined;
  const [command, args] = program
    ? [program.command, [...program.args, process.execPath, ...words]]
    : [process.execPath, words];
  const { code, stdout, stderr } = await run(lab, bootServer.netns, command, args, { cwd: bootlace.folder });
  const checkSaid = `${stdout}${stderr}`.trim();
  const right = one.check === "nothing" ? code === 0 : one.check.test(checkSaid);
  return { checked: right ? "right" : "wrong", checkSaid };
}

/** Looks at the reported boots until they are right and stay so. */
async function judged(
  site: Site,
  one: Case,
): Promise<{ readonly graded: Graded; readonly boots: readonly ListedBoot[]; readonly after: number }> {
  const began = performance.now();
  const limit = (one.seconds ?? 40) * 1000;
  let since: number | undefined;
  for (;;) {
    const boots = await bootsOf(site);
    const verdicts = site.bootlace.records().filter(({ event }) => event === "boot.verdict");
    const graded = grade(
      one,
      boots,
      verdicts.map(({ outcome }) => String(outcome)),
    );
    const now = performance.now() - began;
    const right = graded.grade === "RIGHT" && (one.outcome.length > 0 || now > 5000);
    since = right ? (since ?? now) : undefined;
    const held = since !== undefined && now - since >= HOLDS;
    // One false word is enough: nobody who reads it waits for the next.
    if (held || graded.praised || graded.blamed || now > limit) return { graded, boots, after: (since ?? now) / 1000 };
    if (site.lab.signal.aborted) throw new LabFailure("interrupted");
    await delay(500);
  }
}

async function bootsOf({ lab, bootServer }: Site): Promise<readonly ListedBoot[]> {
  const { boots } = (await ask(lab, bootServer, "boots")) as { boots: readonly ListedBoot[] };
  return boots;
}
