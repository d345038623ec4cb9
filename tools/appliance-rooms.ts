import type { Room } from "./room.ts";

const top = "apps/appliance/src/";
const dhcp = "@bootlace/dhcp-core";
const proxy = "@bootlace/proxy-dhcp";
const tftp = "@bootlace/tftp-serve";
const http = "@bootlace/http-boot";
const source = "@bootlace/boot-source";
const image = "@bootlace/boot-image";

function room(name: string, below: readonly string[], packages: readonly string[], more: Partial<Room> = {}): Room {
  return { name, prefix: `${top}${name}/`, rooms: below, packages, ...more };
}

/**
 * The rooms of the appliance, lowest first. A room knows rooms below it and none above; its row names which. An
 * arrow that no import uses is an error as well, so that the rows are the plan as built.
 */
export const applianceRooms: readonly Room[] = [
  room("catalogue", [], [dhcp, proxy, source, image, tftp, http], { pure: true }),
  room("config", ["catalogue"], [dhcp, proxy, source, "yaml", "zod", "node:*"]),
  room("events", ["catalogue"], [dhcp, proxy, tftp, http], { pure: true }),
  room("net", ["config"], [proxy, source], { pure: true }),
  room("os", ["config", "events"], [dhcp, proxy, source, "node:*"]),
  room("boot-files", ["catalogue"], [source, tftp, "node:*"]),
  room("policy", ["catalogue", "config", "events"], [dhcp, proxy, source, tftp, http], { pure: true }),
  room("sessions", ["catalogue", "events"], [dhcp, proxy, source, tftp, http], { pure: true }),
  room("api-model", ["catalogue", "sessions"], ["zod"]),
  room("history", ["os", "sessions"], ["node:*"]),
  room(
    "log",
    ["catalogue", "config", "events", "net", "os", "sessions"],
    [dhcp, proxy, source, tftp, http, "pino", "node:*"],
  ),
  room(
    "telemetry",
    ["events", "sessions", "api-model", "history", "log"],
    [dhcp, proxy, source, tftp, http, "prom-client"],
  ),
  room("images", ["catalogue", "boot-files"], [dhcp, source, image, "node:*"]),
  room("file-check", ["catalogue", "config", "os", "boot-files", "images"], [dhcp, source, "node:*"]),
  room("doctor", ["config", "net", "os"], [dhcp, proxy, source, "node:*"], { planned: true }),
  room("admin", ["config", "os", "api-model", "history", "log", "telemetry"], [dhcp, "fastify", "zod", "node:*"]),
  room("service-files", ["os"], ["node:*"]),
  room("fleet", ["config", "policy", "sessions", "history"], ["node:*"], { planned: true }),
  room(
    "app",
    [
      "catalogue",
      "config",
      "events",
      "net",
      "os",
      "boot-files",
      "policy",
      "sessions",
      "api-model",
      "history",
      "log",
      "telemetry",
      "images",
      "file-check",
      "admin",
    ],
    [dhcp, proxy, source, tftp, http, "zod", "node:*"],
  ),
  room("init", ["catalogue", "config", "net", "os", "service-files"], [dhcp, "node:*"]),
  room("import", ["catalogue", "config"], [dhcp, proxy, "yaml"]),
  room(
    "cli",
    [
      "catalogue",
      "config",
      "events",
      "net",
      "os",
      "boot-files",
      "policy",
      "api-model",
      "log",
      "images",
      "file-check",
      "service-files",
      "app",
      "init",
      "import",
    ],
    [dhcp, "node:*"],
    { also: [`${top}main.ts`, `${top}bin.ts`] },
  ),
];
