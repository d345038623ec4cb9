import { applianceRooms } from "./appliance-rooms.ts";
import type { Room } from "./room.ts";

const workspace = [
  "@bootlace/dhcp-core",
  "@bootlace/boot-source",
  "@bootlace/proxy-dhcp",
  "@bootlace/tftp-serve",
  "@bootlace/http-boot",
  "@bootlace/pxe-client",
];

/** The arrows of docs/floor-plan.md, lowest room first. A file outside every room fails the check. */
export const rooms: readonly Room[] = [
  { name: "dhcp-core", prefix: "packages/dhcp-core/src/", rooms: [], packages: [], pure: true },
  {
    name: "proxy-dhcp core",
    prefix: "packages/proxy-dhcp/src/core/",
    rooms: [],
    packages: ["@bootlace/dhcp-core"],
    pure: true,
  },
  {
    name: "proxy-dhcp shell",
    prefix: "packages/proxy-dhcp/src/",
    rooms: ["proxy-dhcp core"],
    packages: ["@bootlace/dhcp-core", "node:*"],
  },
  { name: "tftp-serve core", prefix: "packages/tftp-serve/src/core/", rooms: [], packages: [], pure: true },
  { name: "tftp-serve shell", prefix: "packages/tftp-serve/src/", rooms: ["tftp-serve core"], packages: ["node:*"] },
  ...applianceRooms,
  { name: "examples", prefix: "examples/", rooms: [], packages: [...workspace, "node:*"] },
  {
    name: "examples test",
    prefix: "examples/test/",
    rooms: ["examples"],
    packages: [...workspace, "node:*", "*"],
  },
  { name: "lab", prefix: "lab/src/", rooms: [], packages: [...workspace, "node:*", "*"] },
  {
    name: "dhcp-core test",
    prefix: "packages/dhcp-core/test/",
    rooms: ["dhcp-core"],
    packages: ["@bootlace/dhcp-core", "node:*", "*"],
  },
  {
    name: "proxy-dhcp test",
    prefix: "packages/proxy-dhcp/test/",
    rooms: ["proxy-dhcp core", "proxy-dhcp shell"],
    packages: ["@bootlace/proxy-dhcp", "@bootlace/dhcp-core", "node:*", "*"],
  },
  {
    name: "tftp-serve test",
    prefix: "packages/tftp-serve/test/",
    rooms: ["tftp-serve core", "tftp-serve shell"],
    packages: ["@bootlace/tftp-serve", "node:*", "*"],
  },
  {
    name: "appliance test",
    prefix: "apps/appliance/test/",
    rooms: applianceRooms.map(({ name }) => name),
    packages: [...workspace, "node:*", "*"],
  },
  { name: "lab test", prefix: "lab/test/", rooms: ["lab"], packages: [...workspace, "node:*", "*"] },
  { name: "packaging", prefix: "packaging/src/", rooms: [], packages: ["node:*", "*"] },
  { name: "packaging test", prefix: "packaging/test/", rooms: ["packaging"], packages: ["node:*", "*"] },
  {
    name: "bench",
    prefix: "tools/bench/",
    rooms: ["dhcp-core", "proxy-dhcp core", "tftp-serve core"],
    packages: ["node:*", "*"],
  },
  { name: "tools", prefix: "tools/", rooms: [], packages: ["node:*", "*"] },
];

/** Modules that open sockets, and the only files of the libraries that may import them. */
export const socketModules: readonly string[] = ["node:dgram", "node:http", "node:https", "node:http2", "node:tls"];
export const socketFiles: readonly string[] = [
  "packages/proxy-dhcp/src/serve.ts",
  "packages/proxy-dhcp/src/sockets.ts",
  "packages/tftp-serve/src/channel.ts",
  "packages/tftp-serve/src/channel-pool.ts",
  "packages/tftp-serve/src/pooled-socket.ts",
  "packages/tftp-serve/src/listener.ts",
  "packages/tftp-serve/src/requests.ts",
  "packages/tftp-serve/src/udp-handle.ts",
];
