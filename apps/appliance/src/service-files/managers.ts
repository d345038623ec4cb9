import { openrcScript } from "./openrc-script.ts";
import type { ServiceRequest } from "./request.ts";
import { systemdUnit } from "./systemd-unit.ts";

/** A program and its words. */
export type Call = readonly [program: string, ...words: string[]];

/** What starts services on a machine, and what a service is to it. Paths are absolute. */
export interface Manager {
  readonly name: "systemd" | "openrc";
  readonly file: string;
  readonly mode: number;
  /** The link to the file that makes it start with the machine. */
  readonly link: string;
  /** Where a package would bring its own. */
  readonly packaged: readonly string[];
  text(request: ServiceRequest): string;
  /** After the file was written: start it with the machine, and now. */
  readonly enable: readonly Call[];
  readonly start: readonly Call[];
  /** Before the file goes, and after. */
  readonly disable: readonly Call[];
  readonly forget: readonly Call[];
}

const systemd: Manager = {
  name: "systemd",
  file: "/etc/systemd/system/bootlace.service",
  mode: 0o644,
  link: "/etc/systemd/system/multi-user.target.wants/bootlace.service",
  packaged: ["/lib/systemd/system/bootlace.service", "/usr/lib/systemd/system/bootlace.service"],
  text: systemdUnit,
  enable: [
    ["systemctl", "daemon-reload"],
    ["systemctl", "enable", "bootlace.service"],
  ],
  start: [["systemctl", "restart", "bootlace.service"]],
  disable: [["systemctl", "disable", "--now", "bootlace.service"]],
  forget: [["systemctl", "daemon-reload"]],
};

const openrc: Manager = {
  name: "openrc",
  file: "/etc/init.d/bootlace",
  mode: 0o755,
  link: "/etc/runlevels/default/bootlace",
  packaged: [],
  text: openrcScript,
  enable: [["rc-update", "add", "bootlace", "default"]],
  start: [["rc-service", "bootlace", "restart"]],
  disable: [
    ["rc-service", "--ifstarted", "bootlace", "stop"],
    ["rc-update", "delete", "bootlace", "default"],
  ],
  forget: [],
};

export const managers = { systemd, openrc } as const;

/**
 * What starts services here. A running systemd is known by a folder (sd_booted(3)); of a machine that does not run,
 * such as a folder that will be one, it counts what is installed.
 */
export function findManager(exists: (path: string) => boolean): Manager | undefined {
  if (exists("/run/systemd/system")) return systemd;
  if (exists("/run/openrc") || exists("/sbin/openrc-run")) return openrc;
  return exists("/lib/systemd/systemd") || exists("/usr/lib/systemd/systemd") ? systemd : undefined;
}
