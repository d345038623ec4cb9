import { brokenRules } from "./broken-boot-configs.ts";
import type { BrokenConfig } from "./broken-config.ts";
import { brokenMenus } from "./broken-menu-configs.ts";
import { brokenYaml } from "./broken-yaml-configs.ts";

const topKeys =
  "Known keys: interfaces, subnets, root, user, dhcp, tftp, http, bootCheck, images, admin, state, log, hosts, menus, boot.";

const brokenSettings: readonly BrokenConfig[] = [
  {
    name: "an unknown key at the top",
    text: "rooot: /srv\n",
    lines: [`f:1:1: error[E003] rooot: unknown key "rooot". Did you mean "root"? ${topKeys}`],
  },
  {
    name: "an unknown key in a section, in another spelling",
    text: "tftp:\n  max-block-size: 1024\n",
    lines: [
      'f:2:3: error[E003] tftp.max-block-size: unknown key "max-block-size". Did you mean "maxBlockSize"? Known keys: enabled, port, maxBlockSize, maxWindowSize, maxTransfers, singlePort, segmentation, ignoreOptions.',
    ],
  },
  {
    name: "an unknown key without a near one",
    text: "log:\n  colour: true\n",
    lines: ['f:2:3: error[E003] log.colour: unknown key "colour". Known keys: level, format, file.'],
  },
  {
    name: "a duplicate key",
    text: "root: a\nroot: b\n",
    lines: ['f:2:1: error[E004] duplicate key "root". Keep one of the two.'],
  },
  {
    name: "a duplicate key beside another fault",
    text: "tftp:\n  port: 0\n  port: 69\nrot: x\n",
    lines: [
      'f:3:3: error[E004] duplicate key "port". Keep one of the two.',
      `f:4:1: error[E003] rot: unknown key "rot". Did you mean "root"? ${topKeys}`,
    ],
  },
  {
    name: "duplicate keys in quotes, in one line, and over two lines",
    text: `"root" : a\n'root': b\nlog: { level: info, level: warn }\n? dhcp\n: { port: 67 }\ndhcp: {}\n`,
    lines: [
      'f:2:1: error[E004] duplicate key "root". Keep one of the two.',
      'f:3:21: error[E004] duplicate key "level". Keep one of the two.',
      'f:6:1: error[E004] duplicate key "dhcp". Keep one of the two.',
    ],
  },
  {
    name: "a tab",
    text: "dhcp:\n\tport: 67\n",
    lines: ["f:2:1: error[E005] this line is indented with a tab. Indent with spaces."],
  },
  {
    name: "an open bracket",
    text: "interfaces: [eth0\nroot: x\n",
    lines: [
      "f:2:1: error[E002] YAML syntax: Flow sequence in block collection must be sufficiently indented and end with a ].",
    ],
  },
  {
    name: "a mapping on one line",
    text: "root: a: b\n",
    lines: ["f:1:7: error[E002] YAML syntax: Nested mappings are not allowed in compact mappings."],
  },
  {
    name: "two documents",
    text: "root: a\n---\nroot: b\n",
    lines: ["f:2:1: error[E006] a second document starts here. A file holds one document: remove ---."],
  },
  {
    name: "a list at the top",
    text: "- root: a\n",
    lines: ["f:1:1: error[E007] the file is not a mapping. Write key: value lines, such as root: ./boot."],
  },
  {
    name: "text at the top",
    text: "hello\n",
    lines: ["f:1:1: error[E007] the file is not a mapping. Write key: value lines, such as root: ./boot."],
  },
  {
    name: "a block size above the limit",
    text: "tftp:\n  maxBlockSize: 70000\n",
    lines: ["f:2:17: error[E012] tftp.maxBlockSize: 70000 is above 65464. Allowed: 512 to 65464."],
  },
  {
    name: "a window of nothing",
    text: "tftp: { maxWindowSize: 0 }\n",
    lines: ["f:1:24: error[E012] tftp.maxWindowSize: 0 is below 1. Allowed: 1 to 65535."],
  },
  {
    name: "ports that are no ports",
    text: "dhcp:\n  port: 65536\n  pxePort: -1\n  clientPort: 68.5\n",
    lines: [
      "f:2:9: error[E012] dhcp.port: 65536 is above 65535. Allowed: 1 to 65535.",
      "f:3:12: error[E012] dhcp.pxePort: -1 is below 1. Allowed: 1 to 65535.",
      "f:4:15: error[E010] dhcp.clientPort: 68.5 is not a whole number. Allowed: 1 to 65535.",
    ],
  },
  {
    name: "a number in quotes",
    text: 'tftp:\n  port: "69"\n',
    lines: ['f:2:9: error[E010] tftp.port: "69" is not a whole number. Allowed: 1 to 65535.'],
  },
  {
    name: "a word for a switch",
    text: "dhcp:\n  enabled: yes\n",
    lines: ['f:2:12: error[E010] dhcp.enabled: "yes" is not true or false. Allowed: true or false.'],
  },
  {
    name: "a list for a section",
    text: "dhcp: []\n",
    lines: ["f:1:7: error[E010] dhcp: a list is not a mapping with keys. Allowed: a mapping with keys."],
  },
  {
    name: "a mapping for the list of rules",
    text: "boot:\n  file: x\n",
    lines: ["f:2:3: error[E010] boot: a mapping is not a list. Allowed: a list."],
  },
  {
    name: "a missing value",
    text: "root:\ntftp: { port: }\n",
    lines: [
      "f:1:1: error[E013] root: the value is missing. Allowed: text.",
      "f:2:9: error[E013] tftp.port: the value is missing. Allowed: 1 to 65535.",
    ],
  },
  {
    name: "an empty text",
    text: 'root: ""\n',
    lines: ["f:1:7: error[E013] root: the text is empty. Set a value, or omit the key."],
  },
  {
    name: "a level that is none",
    text: "log: { level: warning }\n",
    lines: [
      'f:1:15: error[E011] log.level: "warning" is not one of the allowed words. Did you mean warn? Allowed: error, warn, info, debug.',
    ],
  },
  {
    name: "a mode that is none",
    text: "dhcp: { mode: pxeport-only }\n",
    lines: [
      'f:1:15: error[E011] dhcp.mode: "pxeport-only" is not one of the allowed words. Did you mean pxe-port-only? Allowed: full, pxe-port-only.',
    ],
  },
  {
    name: "relays that are no addresses",
    text: "dhcp:\n  relays: [10.0.0.1, 10.0.0]\n",
    lines: [
      'f:2:22: error[E020] dhcp.relays[1]: "10.0.0" is not an IPv4 address. Allowed: four numbers from 0 to 255, such as 192.168.11.17.',
    ],
  },
  {
    name: "subnets of every wrong shape",
    text: "subnets:\n  - 192.168.11.0\n  - 192.168.11.5/24\n  - 192.168.11.0/33\n  - 192.168.300.0/24\n  - lan\n",
    lines: [
      'f:2:5: error[E021] subnets[0]: "192.168.11.0" is not a subnet: the prefix is missing. Did you mean 192.168.11.0/24? Allowed: address/prefix, such as 192.168.11.0/24.',
      'f:3:5: error[E021] subnets[1]: "192.168.11.5/24" is an address, not a subnet. Did you mean 192.168.11.0/24? Allowed: address/prefix, such as 192.168.11.0/24.',
      'f:4:5: error[E021] subnets[2]: "192.168.11.0/33" is not a subnet: the prefix is not a number from 0 to 32. Allowed: address/prefix, such as 192.168.11.0/24.',
      'f:5:5: error[E021] subnets[3]: "192.168.300.0/24" is not a subnet: the address is wrong. Allowed: address/prefix, such as 192.168.11.0/24.',
      'f:6:5: error[E021] subnets[4]: "lan" is not a subnet. Allowed: address/prefix, such as 192.168.11.0/24.',
    ],
  },
  {
    name: "interface names that are none",
    text: 'interfaces: [eth0, "eth 1", abcdefghijklmnopq]\n',
    lines: [
      'f:1:20: error[E025] interfaces[1]: "eth 1" is not the name of a network interface. Allowed: 1 to 15 characters without spaces, such as eth0.',
      'f:1:29: error[E025] interfaces[2]: "abcdefghijklmnopq" is not the name of a network interface. Allowed: 1 to 15 characters without spaces, such as eth0.',
    ],
  },
  {
    name: "TFTP on the port of DHCP",
    text: "tftp:\n  port: 67\n",
    lines: ["f:2:9: error[E033] tftp.port: dhcp.port and tftp.port are both 67. Give each service its own port."],
  },
  {
    name: "DHCP on the usual port of TFTP",
    text: "dhcp:\n  port: 69\n",
    lines: ["f:2:9: error[E033] dhcp.port: dhcp.port and tftp.port are both 69. Give each service its own port."],
  },
  {
    name: "numbers larger than any",
    text: "tftp: { port: 99999999999999999999999999, maxTransfers: -99999999999999999999999999 }\nhttp: { port: 1e400 }\n",
    lines: [
      "f:1:15: error[E012] tftp.port: 1e+26 is above 65535. Allowed: 1 to 65535.",
      "f:1:57: error[E012] tftp.maxTransfers: -1e+26 is below 1. Allowed: 1 to 10000.",
      "f:2:15: error[E010] http.port: Infinity is not a whole number. Allowed: 1 to 65535.",
    ],
  },
  {
    name: "subnets without a prefix",
    text: "subnets: [10.0.0.0, 172.16.0.0, 192.168.11.17]\n",
    lines: [
      'f:1:11: error[E021] subnets[0]: "10.0.0.0" is not a subnet: the prefix is missing. Did you mean 10.0.0.0/8? Allowed: address/prefix, such as 192.168.11.0/24.',
      'f:1:21: error[E021] subnets[1]: "172.16.0.0" is not a subnet: the prefix is missing. Did you mean 172.16.0.0/16? Allowed: address/prefix, such as 192.168.11.0/24.',
      'f:1:33: error[E021] subnets[2]: "192.168.11.17" is not a subnet: the prefix is missing. Did you mean 192.168.11.17/32? Allowed: address/prefix, such as 192.168.11.0/24.',
    ],
  },
  {
    name: "a fault behind an anchor",
    text: "log: &l\n  level: loud\n",
    lines: [
      'f:2:10: error[E011] log.level: "loud" is not one of the allowed words. Allowed: error, warn, info, debug.',
    ],
  },
  {
    name: "a fault behind a byte order mark and Windows line ends",
    text: "\ufeffroot: a\r\nlogg:\r\n  level: info\r\n",
    lines: [`f:2:1: error[E003] logg: unknown key "logg". Did you mean "log"? ${topKeys}`],
  },
  {
    name: "limits of HTTP",
    text: "http: { port: 0, maxConnections: none, maxConnectionsPerClient: 20000 }\n",
    lines: [
      "f:1:15: error[E012] http.port: 0 is below 1. Allowed: 1 to 65535.",
      'f:1:34: error[E010] http.maxConnections: "none" is not a whole number. Allowed: 1 to 10000.',
      "f:1:65: error[E012] http.maxConnectionsPerClient: 20000 is above 10000. Allowed: 1 to 10000.",
    ],
  },
  {
    name: "HTTP on the port of the API",
    text: "http:\n  port: 8067\n",
    lines: ["f:2:9: error[E033] http.port: http.port and admin.port are both 8067. Give each service its own port."],
  },
  {
    name: "an API open to the network",
    text: "admin:\n  address: 0.0.0.0\n",
    lines: [
      "f:2:12: error[E037] admin.address: everyone who reaches 0.0.0.0 could use the API. Set admin.tokenFile, or keep the address 127.0.0.1.",
    ],
  },
  {
    name: "an API without an address",
    text: "admin: { address: localhost, tokenFile: , allowedHosts: [1] }\n",
    lines: [
      'f:1:19: error[E020] admin.address: "localhost" is not an IPv4 address. Allowed: four numbers from 0 to 255, such as 192.168.11.17.',
      "f:1:30: error[E013] admin.tokenFile: the value is missing. Allowed: text.",
      "f:1:58: error[E010] admin.allowedHosts[0]: 1 is not text. Write it in quotes.",
    ],
  },
  {
    name: "a user by number",
    text: "user: 1000\nroot: x\n",
    lines: ["f:1:7: error[E010] user: 1000 is not text. Write it in quotes."],
  },
  {
    name: "a user whose name is a path",
    text: "user: ../x\n",
    lines: [
      'f:1:7: error[E039] user: "../x" is not a user name. Allowed: letters, digits, _, - and ., such as bootlace.',
    ],
  },
  {
    name: "a history of nothing",
    text: 'state: { maxBoots: 0, directory: " " }\n',
    lines: [
      "f:1:20: error[E012] state.maxBoots: 0 is below 1. Allowed: 1 to 1000000.",
      "f:1:34: error[E013] state.directory: the text is empty. Set a value, or omit the key.",
    ],
  },
  {
    name: "an option of TFTP that is none",
    text: "tftp: { ignoreOptions: [blocksize] }\n",
    lines: [
      'f:1:25: error[E011] tftp.ignoreOptions[0]: "blocksize" is not one of the allowed words. Did you mean blksize? Allowed: blksize, tsize, timeout, windowsize.',
    ],
  },
];

export const brokenConfigs: readonly BrokenConfig[] = [
  ...brokenSettings,
  ...brokenYaml,
  ...brokenRules,
  ...brokenMenus,
];
