import { openrcScript } from "./openrc-script.ts";
import type { ServiceRequest } from "./request.ts";
import { systemdUnit } from "./systemd-unit.ts";

/** A program and its arguments. */
export type Call = readonly [program: string, ...words: string[]];

/** A service manager, and the paths and commands of a service in it. Paths are absolute. */
export interface Manager {
  readonly name: "systemd" | "openrc";
  readonly file: string;
  readonly mode: number;
  /** The link that enables the service at boot. */
  readonly link: string;
  /** Where packages install their service file. */
  readonly packaged: readonly string[];
  text(request: ServiceRequest): string;
  /** A missing user is made each time the service starts (systemd.exec(5), DynamicUser=); its group has no members then. */
  readonly makesUser: boolean;
  /** Commands after the file was written: enable it at boot, and start it. */
  readonly enable: readonly Call[];
  readonly start: readonly Call[];
  /** Commands before and after the file is removed. */
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
  makesUser: true,
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
  makesUser: false,
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
 * The service manager of this machine. A running systemd has a folder (sd_booted(3)); on a machine that is not running,
 * such as a folder with a system, the installed one counts.
 */
export function findManager(exists: (path: string) => boolean): Manager | undefined {
  if (exists("/run/systemd/system")) return systemd;
  if (exists("/run/openrc") || exists("/sbin/openrc-run")) return openrc;
  return exists("/lib/systemd/systemd") || exists("/usr/lib/systemd/systemd") ? systemd : undefined;
}
