import { applianceRooms } from "./appliance-rooms.ts";
import type { Room } from "./room.ts";

const workspace = [
  "@bootlace/dhcp-core",
  "@bootlace/boot-source",
  "@bootlace/boot-image",
  "@bootlace/proxy-dhcp",
  "@bootlace/tftp-serve",
  "@bootlace/http-boot",
  "@bootlace/pxe-client",
];

/** The arrows of docs/floor-plan.md, lowest room first. A file outside every room fails the check. */
export const rooms: readonly Room[] = [
  { name: "dhcp-core", prefix: "packages/dhcp-core/src/", rooms: [], packages: [], pure: true },
  { name: "boot-source core", prefix: "packages/boot-source/src/core/", rooms: [], packages: [], pure: true },
  { name: "boot-source shell", prefix: "packages/boot-source/src/", rooms: ["boot-source core"], packages: ["node:*"] },
  {
    name: "boot-image core",
    prefix: "packages/boot-image/src/core/",
    rooms: [],
    packages: ["@bootlace/boot-source"],
    pure: true,
  },
  {
    name: "boot-image shell",
    prefix: "packages/boot-image/src/",
    rooms: ["boot-image core"],
    packages: ["@bootlace/boot-source"],
  },
  {
    name: "proxy-dhcp core",
    prefix: "packages/proxy-dhcp/src/core/",
    rooms: [],
    packages: ["@bootlace/dhcp-core", "@bootlace/boot-source"],
    pure: true,
  },
  {
    name: "proxy-dhcp shell",
    prefix: "packages/proxy-dhcp/src/",
    rooms: ["proxy-dhcp core"],
    packages: ["@bootlace/dhcp-core", "@bootlace/boot-source", "node:*"],
  },
  {
    name: "tftp-serve core",
    prefix: "packages/tftp-serve/src/core/",
    rooms: [],
    packages: ["@bootlace/boot-source"],
    pure: true,
  },
  {
    name: "tftp-serve shell",
    prefix: "packages/tftp-serve/src/",
    rooms: ["tftp-serve core"],
    packages: ["@bootlace/boot-source", "node:*"],
  },
  {
    name: "http-boot core",
    prefix: "packages/http-boot/src/core/",
    rooms: [],
    packages: ["@bootlace/boot-source"],
    pure: true,
  },
  {
    name: "http-boot shell",
    prefix: "packages/http-boot/src/",
    rooms: ["http-boot core"],
    packages: ["@bootlace/boot-source", "node:*"],
  },
  {
    name: "pxe-client core",
    prefix: "packages/pxe-client/src/core/",
    rooms: [],
    packages: ["@bootlace/dhcp-core"],
    pure: true,
  },
  {
    name: "pxe-client shell",
    prefix: "packages/pxe-client/src/",
    rooms: ["pxe-client core"],
    packages: ["@bootlace/dhcp-core", "node:*"],
  },
  ...applianceRooms,
  { name: "examples", prefix: "examples/", rooms: [], packages: [...workspace, "node:*"] },
  {
    name: "examples test",
    prefix: "examples/test/",
    rooms: ["examples"],
    packages: [...workspace, "node:*", "*"],
  },
  { name: "lab", prefix: "lab/src/", rooms: [], packages: [...workspace, "node:*", "*"] },
  { name: "test kit", prefix: "tools/test-kit/", rooms: [], packages: ["node:*", "vitest"] },
  {
    name: "dhcp-core test",
    prefix: "packages/dhcp-core/test/",
    rooms: ["dhcp-core"],
    packages: ["@bootlace/dhcp-core", "node:*", "*"],
  },
  {
    name: "boot-source test",
    prefix: "packages/boot-source/test/",
    rooms: ["boot-source core", "boot-source shell"],
    packages: ["@bootlace/boot-source", "node:*", "*"],
  },
  {
    name: "boot-image test",
    prefix: "packages/boot-image/test/",
    rooms: ["boot-image core", "boot-image shell"],
    packages: ["@bootlace/boot-image", "@bootlace/boot-source", "@bootlace/http-boot", "node:*", "*"],
  },
  {
    name: "proxy-dhcp test",
    prefix: "packages/proxy-dhcp/test/",
    rooms: ["proxy-dhcp core", "proxy-dhcp shell", "test kit"],
    packages: [
      "@bootlace/proxy-dhcp",
      "@bootlace/dhcp-core",
      "@bootlace/boot-source",
      "@bootlace/pxe-client",
      "node:*",
      "*",
    ],
  },
  {
    name: "tftp-serve test",
    prefix: "packages/tftp-serve/test/",
    rooms: ["tftp-serve core", "tftp-serve shell", "test kit"],
    packages: ["@bootlace/tftp-serve", "@bootlace/boot-source", "node:*", "*"],
  },
  {
    name: "http-boot test",
    prefix: "packages/http-boot/test/",
    rooms: ["http-boot core", "http-boot shell", "test kit"],
    packages: ["@bootlace/http-boot", "@bootlace/boot-source", "node:*", "*"],
  },
  {
    name: "pxe-client test",
    prefix: "packages/pxe-client/test/",
    rooms: ["pxe-client core", "pxe-client shell"],
    packages: ["@bootlace/pxe-client", "@bootlace/dhcp-core", "node:*", "*"],
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
  "packages/http-boot/src/listener.ts",
  "packages/http-boot/src/messages.ts",
  "packages/proxy-dhcp/src/serve.ts",
  "packages/proxy-dhcp/src/service.ts",
  "packages/proxy-dhcp/src/sockets.ts",
  "packages/pxe-client/src/udp.ts",
  "packages/pxe-client/src/tftp-get.ts",
  "packages/pxe-client/src/http-get.ts",
  "packages/pxe-client/src/client.ts",
  "packages/tftp-serve/src/channel.ts",
  "packages/tftp-serve/src/channel-pool.ts",
  "packages/tftp-serve/src/pooled-socket.ts",
  "packages/tftp-serve/src/listener.ts",
  "packages/tftp-serve/src/requests.ts",
  "packages/tftp-serve/src/udp-handle.ts",
];
