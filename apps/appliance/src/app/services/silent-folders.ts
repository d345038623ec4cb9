import type { Log } from "../../log/log.ts";

/** The folders whose storage does not answer: a network file system without its server, a failing disk. */
export interface SilentFolders {
  /** A client's file was asked for. */
  files(folder: string, silent: boolean): void;
  /** All that did not answer when the boot folder was last read. */
  scanned(folders: readonly string[]): void;
  folders(): readonly string[];
}

export function silentFolders(log: Log): SilentFolders {
  const asked = new Set<string>();
  let scanned: readonly string[] = [];
  let reported: ReadonlySet<string> = new Set();

  function report(): void {
    const now = new Set([...asked, ...scanned]);
    for (const folder of now) {
      if (reported.has(folder)) continue;
      const message = `${folder} does not answer: its files are not served until it does, all others are`;
      log({ level: "warn", scope: "boot", event: "boot.folder-silent", message, fields: { folder } });
    }
    for (const folder of reported) {
      if (now.has(folder)) continue;
      const message = `${folder} answers again`;
      log({ level: "info", scope: "boot", event: "boot.folder-answers", message, fields: { folder } });
    }
    reported = now;
  }

  return {
    files(folder, silent) {
      if (silent) asked.add(folder);
      else asked.delete(folder);
      report();
    },
    scanned(folders) {
      scanned = folders;
      report();
    },
    folders: () => [...reported],
  };
}
