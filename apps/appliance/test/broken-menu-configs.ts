import type { BrokenConfig } from "./broken-config.ts";

const urls = "Allowed: http:// or https:// with host and path, such as http://{address}:8069/shim.efi.";
const folders = "Allowed: a folder below the root; it may contain {mac}, {uuid}, {serial}, {ip}.";
const menuSize = "Allowed: 1 to 24 lines, about 200 characters in all.";
const menuLine = "Set file, local: true, or servers and type.";

/** The faults of hosts, of menus, and of the rules that use them. */
export const brokenMenus: readonly BrokenConfig[] = [
  {
    name: "URLs that are none",
    text: 'boot:\n  - url: ftp://192.168.11.17/x\n  - url: http://\n  - url: "http://h/a b"\n  - { script: "https:///x" }\n',
    lines: [
      `f:2:10: error[E026] boot[0].url: "ftp://192.168.11.17/x" is not an http or https URL. ${urls}`,
      `f:3:10: error[E026] boot[1].url: "http://" is not an http or https URL. ${urls}`,
      `f:4:10: error[E026] boot[2].url: "http://h/a b" contains a space or a control character. ${urls}`,
      `f:5:15: error[E026] boot[3].script: "https:///x" is not an http or https URL. ${urls}`,
    ],
  },
  {
    name: "a URL that no option can hold",
    text: `boot:\n  - url: http://{address}/${"x".repeat(240)}\n`,
    lines: [`f:2:10: error[E026] boot[0].url: the URL has 259 bytes, but at most 254 fit. ${urls}`],
  },
  {
    name: "a script outside the root",
    text: "boot:\n  - script: ../boot.ipxe\n",
    lines: [
      'f:2:13: error[E023] boot[0].script: "../boot.ipxe" leaves the root with "..". Allowed: a path below the root, at most 127 bytes.',
    ],
  },
  {
    name: "folders of clients that lead elsewhere",
    text: 'boot:\n  - root: ../{mac}\n  - root: /srv/{mac}\n  - root: "{hostname}"\n  - root: "a{mac"\n  - root: ""\n  - root: "a\\eb"\n',
    lines: [
      `f:2:11: error[E027] boot[0].root: "../{mac}" leaves the root with "..". ${folders}`,
      `f:3:11: error[E027] boot[1].root: "/srv/{mac}" is an absolute path. ${folders}`,
      `f:4:11: error[E027] boot[2].root: "{hostname}" is not a known placeholder. ${folders}`,
      `f:5:11: error[E027] boot[3].root: "{mac" is not a known placeholder. ${folders}`,
      `f:6:11: error[E027] boot[4].root: the folder is empty. ${folders}`,
      `f:7:11: error[E027] boot[5].root: "a\\x1bb" contains a control character. ${folders}`,
    ],
  },
  {
    name: "delays that are too long or none",
    text: "boot:\n  - delay: 60\n  - delay: soon\n  - delay: -0.5\n",
    lines: [
      "f:2:12: error[E012] boot[0].delay: 60 is above 10. Allowed: a number from 0 to 10.",
      'f:3:12: error[E010] boot[1].delay: "soon" is not a number. Allowed: a number from 0 to 10.',
      "f:4:12: error[E012] boot[2].delay: -0.5 is below 0. Allowed: a number from 0 to 10.",
    ],
  },
  {
    name: "conditions of every new kind that are none",
    text: "boot:\n  - file: x\n    when: { interface: a/b, subnet: [10.0.0.1/8], relay: router, firmware: [efi] }\n",
    lines: [
      'f:3:24: error[E025] boot[0].when.interface: "a/b" is not the name of a network interface. Allowed: 1 to 15 characters without spaces, such as eth0.',
      'f:3:38: error[E021] boot[0].when.subnet[0]: "10.0.0.1/8" is an address, not a subnet. Did you mean 10.0.0.0/8? Allowed: address/prefix, such as 192.168.11.0/24.',
      'f:3:58: error[E020] boot[0].when.relay: "router" is not an IPv4 address. Allowed: four numbers from 0 to 255, such as 192.168.11.17.',
      'f:3:77: error[E011] boot[0].when.firmware[0]: "efi" is not one of the allowed words. Did you mean uefi? Allowed: bios, uefi, uefi-http, ipxe, raspberry-pi, u-boot, other.',
    ],
  },
  {
    name: "hosts and menus that stand nowhere",
    text: "hosts:\n  build-01: { mac: 52:54:00:12:34:56 }\nboot:\n  - file: x\n    when: { host: [build-01, build-O1] }\n  - menu: tools\n    when: { host: zebra }\n",
    lines: [
      'f:5:30: error[E034] boot[0].when.host[1]: unknown host "build-O1". Did you mean "build-01"? Known names: "build-01".',
      'f:6:11: error[E034] boot[1].menu: unknown menu "tools". No menus are defined.',
      'f:7:19: error[E034] boot[1].when.host: unknown host "zebra". Known names: "build-01".',
    ],
  },
  {
    name: "hosts that nothing or the same identifies",
    text: 'hosts:\n  a: {}\n  b: { mac: 52:54:00 }\n  c: { serial: X1 }\n  d: { serial: [x1, x2] }\n  " ": { uuid: 00112233-4455-6677-8899-aabbccddeeff }\n',
    lines: [
      "f:2:3: error[E038] hosts.a: nothing identifies this machine. Set mac, uuid, serial or clientId.",
      'f:3:13: error[E022] hosts.b.mac: "52:54:00" is only a prefix of a MAC address. Allowed: all six bytes, such as 52:54:00:12:34:56.',
      'f:5:17: error[E036] hosts.d.serial[0]: "c" has this serial too. Keep it in one of the two.',
      'f:6:3: error[E028] hosts. : " " cannot be used as a name. Allowed: 1 to 255 characters without control characters.',
    ],
  },
  {
    name: "a name that JavaScript would lose, and a path that no system takes",
    text: 'root: "a\\0b"\nhosts:\n  __proto__: { mac: 52:54:00:12:34:56 }\n',
    lines: [
      'f:1:7: error[E013] root: "a\\x00b" contains a NUL character. Allowed: a path.',
      'f:3:3: error[E028] hosts.__proto__: "__proto__" cannot be used as a name. Allowed: 1 to 255 characters without control characters.',
    ],
  },
  {
    name: "a host with a key that is none",
    text: "hosts:\n  a: { macs: 52:54:00:12:34:56 }\n",
    lines: [
      "f:2:3: error[E038] hosts.a: nothing identifies this machine. Set mac, uuid, serial or clientId.",
      'f:2:8: error[E003] hosts.a.macs: unknown key "macs". Did you mean "mac"? Known keys: mac, uuid, serial, clientId.',
    ],
  },
  {
    name: "menus without usable lines",
    text: "menus:\n  none: { items: [] }\n  odd:\n    timeout: 300\n    items:\n      - { text: a }\n      - { text: b, file: x, local: true }\n      - { text: c, servers: 10.0.0.1 }\n      - { text: d, server: 10.0.0.1, local: true }\n      - { text: e, local: true, type: 7 }\n      - { text: f, file: y, type: 7 }\n      - { file: z }\n",
    lines: [
      `f:2:18: error[E035] menus.none.items: the menu has no lines. ${menuSize}`,
      "f:4:14: error[E012] menus.odd.timeout: 300 is above 255. Allowed: 0 to 255.",
      `f:6:9: error[E035] menus.odd.items[0]: the line does nothing. ${menuLine}`,
      `f:7:9: error[E035] menus.odd.items[1]: the line sets both file and local. ${menuLine}`,
      `f:8:9: error[E035] menus.odd.items[2]: the line sets boot servers, but no type. ${menuLine}`,
      `f:9:9: error[E035] menus.odd.items[3]: the line sets a server, but no file. ${menuLine}`,
      `f:10:9: error[E035] menus.odd.items[4]: local boot has a fixed type. ${menuLine}`,
      "f:11:35: error[E035] menus.odd.items[5].type: line 5 has type 7 too. Give each line its own type.",
      "f:12:9: error[E013] menus.odd.items[6].text: the value is missing. Allowed: text.",
    ],
  },
  {
    name: "a menu that no reply can carry",
    text: `menus:\n  long:\n    items:\n${Array.from({ length: 12 }, (_, i) => `      - { text: the line with the number ${i}, file: x }\n`).join("")}`,
    lines: [
      `f:4:7: error[E035] menus.long.items: the menu does not fit into one reply: its texts and servers take more than 255 bytes. ${menuSize}`,
    ],
  },
  {
    name: "a rule that ignores and delays, and a menu with a form",
    text: "menus: { m: { items: [{ text: a, local: true }] } }\nboot:\n  - ignore: true\n    delay: 1\n    menu: m\n  - menu: m\n    form: server\n",
    lines: [
      "f:4:5: error[E031] boot[0].delay: the rule ignores its clients, but also sets delay. Keep one of the two.",
      "f:5:5: error[E031] boot[0].menu: the rule ignores its clients, but also sets menu. Keep one of the two.",
      "f:7:5: error[E031] boot[1].form: a menu determines the form itself. Keep one of the two.",
    ],
  },
  {
    name: "settings of disc images that no image can have",
    text: 'hosts: { lab: { serial: X } }\nimages:\n  folders: ["", a]\n  menu: { default: a/b/c, timeout: -1 }\n  settings:\n    a/b: { title: "" }\n    ok: { hiden: true, when: { host: [lab, lap] }, arguments: "a\\nb" }\n',
    lines: [
      "f:3:13: error[E013] images.folders[0]: the text is empty. Set a value, or omit the key.",
      'f:4:20: error[E028] images.menu.default: "a/b/c" is not the name of a disc image. Allowed: NAME or NAME/ENTRY, as `bootlace images` prints them.',
      "f:4:36: error[E012] images.menu.timeout: -1 is below 0. Allowed: 0 to 3600.",
      'f:6:5: error[E028] images.settings.a/b: "a/b" is not the name of a disc image. Allowed: a name as `bootlace images` prints it.',
      "f:6:19: error[E013] images.settings.a/b.title: the text is empty. Set a value, or omit the key.",
      'f:7:11: error[E003] images.settings.ok.hiden: unknown key "hiden". Did you mean "hidden"? Known keys: title, hidden, arguments, when.',
      'f:7:44: error[E034] images.settings.ok.when.host[1]: unknown host "lap". Did you mean "lab"? Known names: "lab".',
      'f:7:63: error[E028] images.settings.ok.arguments: "a\\x0ab" contains a control character. Allowed: one line of text.',
    ],
  },
];
