import type { BrokenConfig } from "./broken-config.ts";

const topKeys =
  "Known keys: interfaces, subnets, root, user, dhcp, tftp, http, bootCheck, images, admin, state, log, hosts, menus, boot.";

const noMapping =
  "error[E010] << needs a mapping to merge, and this is not one. Allowed: an alias such as *name, a mapping, or a list of them.";

/** The faults of aliases, keys and depth, which the value of a file no longer shows. */
export const brokenYaml: readonly BrokenConfig[] = [
  {
    name: "an alias that leads nowhere",
    text: "root: *nothing\n",
    lines: ["f:1:7: error[E002] YAML syntax: no anchor named nothing precedes this alias."],
  },
  {
    name: "an alias before its anchor, and another",
    text: "log:\n  level: *later\nroot: &later info\nstate: { directory: *never }\n",
    lines: [
      "f:2:10: error[E002] YAML syntax: no anchor named later precedes this alias.",
      "f:4:21: error[E002] YAML syntax: no anchor named never precedes this alias.",
    ],
  },
  {
    name: "a value that is wrong where an alias repeats it",
    text: "log: { level: &word info }\ntftp: &tftp\n  port: 1069\n  maxBlockSize: 1024\nroot: *word\nhttp: *tftp\ndhcp: { mode: *word }\n",
    lines: [
      'f:6:7: error[E003] http.maxBlockSize: unknown key "maxBlockSize". Known keys: enabled, port, maxConnections, maxConnectionsPerClient, allowedHosts.',
      'f:7:15: error[E011] dhcp.mode: "info" is not one of the allowed words. Allowed: full, pxe-port-only.',
    ],
  },
  {
    name: "keys that are merged, wrong where << merges them; of two the first, and none that is written there",
    text: [
      "dhcp: &dhcp { mode: full, port: 1067 }",
      "tftp: &tftp { port: 1069, maxBlockSize: 1024 }",
      "http:",
      "  <<: [*tftp, *dhcp]",
      "  port: 0",
      "log: { <<: { level: loud } }",
      "boot:",
      "  - &rule { file: a, when: { arch: x86-bios, mac: nonsense } }",
      "  - <<: *rule",
      "    when: { <<: *dhcp, arch: x64-uefi }",
      "",
    ].join("\n"),
    lines: [
      'f:4:8: error[E003] http.maxBlockSize: unknown key "maxBlockSize". Known keys: enabled, port, maxConnections, maxConnectionsPerClient, allowedHosts.',
      'f:4:15: error[E003] http.mode: unknown key "mode". Known keys: enabled, port, maxConnections, maxConnectionsPerClient, allowedHosts.',
      "f:5:9: error[E012] http.port: 0 is below 1. Allowed: 1 to 65535.",
      'f:6:21: error[E011] log.level: "loud" is not one of the allowed words. Allowed: error, warn, info, debug.',
      'f:8:51: error[E022] boot[0].when.mac: "nonsense" is not a MAC address. Allowed: 52:54:00:12:34:56, or its first bytes, such as 52:54:00.',
      'f:10:17: error[E003] boot[1].when.mode: unknown key "mode". Known keys: arch, firmware, host, mac, uuid, serial, clientId, vendorClass, userClass, interface, subnet, relay.',
      'f:10:17: error[E003] boot[1].when.port: unknown key "port". Did you mean "host"? Known keys: arch, firmware, host, mac, uuid, serial, clientId, vendorClass, userClass, interface, subnet, relay.',
    ],
  },
  {
    name: "a merge of what has no keys",
    text: "root: &root ./boot\nports: &ports [1, 2]\ntftp: { <<: *root }\nhttp: { <<: [*root, { port: 1 }] }\nlog: { <<: *ports }\ndhcp: { <<: }\nadmin: { <<: *none }\n",
    lines: [
      `f:3:13: ${noMapping}`,
      `f:4:14: ${noMapping}`,
      `f:5:12: ${noMapping}`,
      `f:6:9: ${noMapping}`,
      "f:7:14: error[E002] YAML syntax: no anchor named none precedes this alias.",
    ],
  },
  {
    name: "an alias inside of itself",
    text: "boot:\n  - &rule { file: a, when: *rule }\nlog: &log { <<: *log }\n",
    lines: [
      "f:2:28: error[E002] YAML syntax: this alias is inside rule itself.",
      "f:3:17: error[E002] YAML syntax: this alias is inside log itself.",
    ],
  },
  {
    name: "keys that are no text",
    text: "hosts:\n  ? [a, b]\n  : { mac: 52:54:00:12:34:56 }\n  ? { a: b }\n  : { serial: x }\n",
    lines: [
      "f:2:5: error[E010] a list cannot be a key. Allowed: text.",
      "f:4:5: error[E010] a mapping cannot be a key. Allowed: text.",
    ],
  },
  {
    name: "keys that are numbers, words and nothing",
    text: "1: 2\ntrue: 4\nnull: 3\n",
    lines: [
      `f:1:1: error[E003] 1: unknown key "1". ${topKeys}`,
      `f:2:1: error[E003] true: unknown key "true". ${topKeys}`,
      `f:3:1: error[E003] unknown key "". ${topKeys}`,
    ],
  },
  {
    name: "lists in lists in lists",
    text: `log: { level: loud }\nboot: ${"[".repeat(20_000)}${"]".repeat(20_000)}\n`,
    lines: ["f:2:57: error[E008] nested more than 50 levels deep. A config has at most five levels."],
  },
  {
    name: "lines deeper and deeper",
    text: Array.from({ length: 60 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join(""),
    lines: ["f:51:51: error[E008] nested more than 50 levels deep. A config has at most five levels."],
  },
  {
    name: "more entries than any config has",
    text: `boot: [${"{},".repeat(100_001)}]\n`,
    lines: [
      "f:1:7: error[E009] more than 100000 keys and list items in one file. Use prefixes and lists in place of single entries.",
    ],
  },
  {
    name: "tags of other programs",
    text: 'root: !!js/function "function(){}"\nuser: !secret name\ntftp: !!python/dict { port: 1069 }\ninterfaces: !!set { eth0 }\nlog: !!map { level: !!str info, file: ! a.log }\n',
    lines: [
      'f:1:21: error[E002] YAML syntax: the tag "!!js/function" is unknown here. Remove the tag.',
      'f:2:15: error[E002] YAML syntax: the tag "!secret" is unknown here. Remove the tag.',
      'f:3:21: error[E002] YAML syntax: the tag "!!python/dict" is unknown here. Remove the tag.',
      'f:4:19: error[E002] YAML syntax: the tag "!!set" is unknown here. Remove the tag.',
    ],
  },
];
