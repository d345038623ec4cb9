/** One room of the house: which files it holds, what they may import, and whether it must stay pure. */
export interface Room {
  readonly name: string;
  /** Path prefix from the top of the repository; the longest matching prefix decides. */
  readonly prefix: string;
  /** Rooms whose files may be imported by a relative path, besides the room itself. */
  readonly rooms: readonly string[];
  /** Packages that may be imported by name; `node:*` allows Node's built-in modules, `*` any dependency. */
  readonly packages: readonly string[];
}

const workspace = [
  "@bootlace/boot-source",
  "@bootlace/dhcp-core",
  "@bootlace/http-boot",
  "@bootlace/proxy-dhcp",
  "@bootlace/tftp-serve",
];

/** The arrows of docs/floor-plan.md. A file outside every room fails the check. */
export const rooms: readonly Room[] = [
  { name: "dhcp-core", prefix: "packages/dhcp-core/src/", rooms: [], packages: [] },
  { name: "boot-source core", prefix: "packages/boot-source/src/core/", rooms: [], packages: [] },
  { name: "boot-source shell", prefix: "packages/boot-source/src/", rooms: ["boot-source core"], packages: ["node:*"] },
  {
    name: "proxy-dhcp core",
    prefix: "packages/proxy-dhcp/src/core/",
    rooms: [],
    packages: ["@bootlace/dhcp-core", "@bootlace/boot-source"],
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
  },
  {
    name: "tftp-serve shell",
    prefix: "packages/tftp-serve/src/",
    rooms: ["tftp-serve core"],
    packages: ["@bootlace/boot-source", "node:*"],
  },
  { name: "http-boot core", prefix: "packages/http-boot/src/core/", rooms: [], packages: ["@bootlace/boot-source"] },
  {
    name: "http-boot shell",
    prefix: "packages/http-boot/src/",
    rooms: ["http-boot core"],
    packages: ["@bootlace/boot-source", "node:*"],
  },
  {
    name: "appliance boot",
    prefix: "apps/appliance/src/boot/",
    rooms: ["appliance"],
    packages: ["@bootlace/dhcp-core", "@bootlace/proxy-dhcp"],
  },
  {
    name: "appliance",
    prefix: "apps/appliance/src/",
    rooms: ["appliance boot"],
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
    name: "boot-source test",
    prefix: "packages/boot-source/test/",
    rooms: ["boot-source core", "boot-source shell"],
    packages: ["@bootlace/boot-source", "node:*", "*"],
  },
  {
    name: "proxy-dhcp test",
    prefix: "packages/proxy-dhcp/test/",
    rooms: ["proxy-dhcp core", "proxy-dhcp shell"],
    packages: ["@bootlace/proxy-dhcp", "@bootlace/dhcp-core", "@bootlace/boot-source", "node:*", "*"],
  },
  {
    name: "tftp-serve test",
    prefix: "packages/tftp-serve/test/",
    rooms: ["tftp-serve core", "tftp-serve shell"],
    packages: ["@bootlace/tftp-serve", "@bootlace/boot-source", "node:*", "*"],
  },
  {
    name: "http-boot test",
    prefix: "packages/http-boot/test/",
    rooms: ["http-boot core", "http-boot shell"],
    packages: ["@bootlace/http-boot", "@bootlace/boot-source", "node:*", "*"],
  },
  {
    name: "appliance test",
    prefix: "apps/appliance/test/",
    rooms: ["appliance", "appliance boot"],
    packages: [...workspace, "node:*", "*"],
  },
  { name: "lab test", prefix: "lab/test/", rooms: ["lab"], packages: [...workspace, "node:*", "*"] },
  { name: "packaging", prefix: "packaging/src/", rooms: [], packages: ["node:*", "*"] },
  { name: "packaging test", prefix: "packaging/test/", rooms: ["packaging"], packages: ["node:*", "*"] },
  { name: "tools", prefix: "tools/", rooms: [], packages: ["node:*", "*"] },
];

/** Modules that open sockets, and the only files of the libraries that may import them. */
export const socketModules: readonly string[] = ["node:dgram", "node:http", "node:https", "node:http2", "node:tls"];
export const socketFiles: readonly string[] = [
  "packages/http-boot/src/listener.ts",
  "packages/http-boot/src/messages.ts",
  "packages/proxy-dhcp/src/serve.ts",
  "packages/proxy-dhcp/src/sockets.ts",
  "packages/tftp-serve/src/channel.ts",
  "packages/tftp-serve/src/channel-pool.ts",
  "packages/tftp-serve/src/pooled-socket.ts",
  "packages/tftp-serve/src/listener.ts",
  "packages/tftp-serve/src/requests.ts",
  "packages/tftp-serve/src/udp-handle.ts",
];
