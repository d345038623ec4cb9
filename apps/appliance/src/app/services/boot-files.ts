import { type FollowTimes, followRoot } from "../../boot-files/follow-root.ts";
import { inTime } from "../../boot-files/in-time.ts";
import { type ScanResult, scanRoot, stillReading } from "../../boot-files/scan.ts";
import { type BootTree, growTree } from "../../catalogue/tree.ts";
import type { Config } from "../../config/schema.ts";
import type { LogRecord } from "../../events/record.ts";
import { treeRecord } from "../../log/boot-log.ts";
import type { Log } from "../../log/log.ts";
import { makeFolders } from "../../os/make-folders.ts";
import { ApplianceStartError, type Service } from "./service.ts";

/** Milliseconds for the first reading: then all else starts without it. */
const longestLook = 5_000;

export interface BootFilesDeps {
  readonly log: Log;
  /** Called with the boot files whenever the folder changes, and with what the scan found. */
  readonly onTree: (tree: BootTree, scan: ScanResult) => void;
  readonly followTimes?: FollowTimes | undefined;
}

/** Watches the boot folder while this machine serves boot files. */
export function bootFilesService(first: Config, { log, onTree, followTimes }: BootFilesDeps): Service {
  let config = first;
  let reported = "";
  let follower: ReturnType<typeof followRoot> | undefined;

  function adoptScan(root: string, scan: ScanResult): void {
    const tree = growTree(scan.ok ? scan.files : []);
    onTree(tree, scan);
    const record = scan.ok
      ? treeRecord(root, tree, scan.cut, config.bootCheck.enabled)
      : rootGone(root, scan.code, config.bootCheck.enabled);
    const text = JSON.stringify([record.message, record.details]);
    if (text === reported) return;
    reported = text;
    log(record);
  }

  async function start(): Promise<void> {
    if (!servesFiles(config)) return;
    const { root } = config;
    await inTime(root, () => makeRoot(root, log));
    follower = followRoot(root, (result) => adoptScan(root, result), followTimes);
    const mine = follower;
    const looking = scanRoot(root);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, longestLook, undefined);
    });
    const first = await Promise.race([looking, late]);
    clearTimeout(timer);
    if (first !== undefined) return begin(mine, root, first);
    // All the rest starts without it; its files are there as soon as it has been read.
    adoptScan(root, { ok: false, code: stillReading });
    void looking.then((scan) => begin(mine, root, scan));
  }

  function begin(mine: typeof follower, root: string, scan: ScanResult): void {
    if (mine === undefined || mine !== follower) return;
    adoptScan(root, scan);
    mine.start(scan);
  }

  async function stop(): Promise<void> {
    follower?.stop();
    follower = undefined;
  }

  return {
    // No port is bound without a usable root: for seconds clients would be offered files that do not exist.
    name: "root",
    start,
    stop,
    async adopt(next) {
      const same =
        next.bootCheck.enabled === config.bootCheck.enabled &&
        next.root === config.root &&
        servesFiles(next) === (follower !== undefined);
      config = next;
      if (same) return;
      await stop();
      await start();
    },
    async follow() {},
    endpoints: () => [],
  };
}

function servesFiles({ tftp, http }: Config): boolean {
  return tftp.enabled || http.enabled;
}

function rootGone(root: string, code: string, check: boolean): LogRecord {
  if (code === stillReading) return rootSlow(root, check);
  const message = `root ${root} is not readable (${code}): ${check ? "clients get only the boot check" : "clients get nothing"} until it is back`;
  return { level: "error", scope: "boot", event: "boot.root-gone", message, fields: { root, code } };
}

function rootSlow(root: string, check: boolean): LogRecord {
  const meanwhile = check ? "clients get only the boot check" : "clients get nothing";
  const message = `root ${root} is still being read: ${meanwhile} until it has been. A large folder takes long: use one with nothing but boot files`;
  return { level: "warn", scope: "boot", event: "boot.root-slow", message, fields: { root } };
}

const reasons: ReadonlyMap<string, string> = new Map([
  ["EEXIST", "it is not a folder"],
  ["ENOTDIR", "part of its path is not a folder"],
]);

async function makeRoot(root: string, log: Log): Promise<void> {
  try {
    const made = await makeFolders(root);
    if (made !== undefined) {
      log({ level: "info", scope: "boot", event: "boot.root-made", message: `root ${root} created`, fields: { root } });
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new ApplianceStartError(`the root folder ${root} cannot be created: ${reasons.get(code) ?? code}`);
  }
}
