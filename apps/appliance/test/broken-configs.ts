/** Config files with faults: a name, the text, and each line that must be told, in order. */
export interface BrokenConfig {
  readonly name: string;
  readonly text: string;
  readonly lines: readonly string[];
}

const archWords = "Allowed: nec-pc98";

export const brokenConfigs: readonly BrokenConfig[] = [
  {
    name: "an unknown key at the top",
    text: "rooot: /srv\n",
    lines: [
      'f:1:1: error[E003] rooot: unknown key "rooot". Known keys: interfaces, subnets, root, dhcp, tftp, log, boot. Did you mean "root"?',
    ],
  },
  {
    name: "an unknown key in a section, in another spelling",
    text: "tftp:\n  max-block-size: 1024\n",
    lines: [
      'f:2:3: error[E003] tftp.max-block-size: unknown key "max-block-size". Known keys: enabled, port, maxBlockSize, maxWindowSize, maxTransfers. Did you mean "maxBlockSize"?',
    ],
  },
  {
    name: "an unknown key without a near one",
    text: "log:\n  colour: true\n",
    lines: ['f:2:3: error[E003] log.colour: unknown key "colour". Known keys: level, format, file.'],
  },
  {
    name: "two unknown keys in a rule and in its conditions",
    text: "boot:\n  - nmae: a\n    file: x\n    when: { macc: 52:54:00 }\n",
    lines: [
      'f:2:5: error[E003] boot[0].nmae: unknown key "nmae". Known keys: name, when, file, server, ignore, form. Did you mean "name"?',
      'f:4:13: error[E003] boot[0].when.macc: unknown key "macc". Known keys: arch, firmware, mac, userClass, vendorClass, uuid, serial. Did you mean "mac"?',
    ],
  },
  {
    name: "a duplicate key",
    text: "root: a\nroot: b\n",
    lines: ["f:2:1: error[E004] this key stands here for the second time. Keep one of the two."],
  },
  {
    name: "a duplicate key beside another fault",
    text: "tftp:\n  port: 0\n  port: 69\nrot: x\n",
    lines: [
      "f:3:3: error[E004] this key stands here for the second time. Keep one of the two.",
      'f:4:1: error[E003] rot: unknown key "rot". Known keys: interfaces, subnets, root, dhcp, tftp, log, boot. Did you mean "root"?',
    ],
  },
  {
    name: "a tab",
    text: "dhcp:\n\tport: 67\n",
    lines: ["f:2:1: error[E005] the line is indented with a tab. Indent with spaces."],
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
    lines: ["f:2:1: error[E006] a second document begins here. One file holds one document: remove ---."],
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
    name: "a number where text stands",
    text: "boot:\n  - file: x\n    when: { serial: 12345 }\n",
    lines: ["f:3:21: error[E010] boot[0].when.serial: 12345 is not text. Write it in quotes."],
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
    lines: ["f:1:7: error[E013] root: the text is empty. Write a value, or leave the key out."],
  },
  {
    name: "a level that is none",
    text: "log: { level: warning }\n",
    lines: [
      'f:1:15: error[E011] log.level: "warning" is not one of the allowed words. Allowed: error, warn, info, debug. Did you mean warn?',
    ],
  },
  {
    name: "a mode that is none",
    text: "dhcp: { mode: pxeport-only }\n",
    lines: [
      'f:1:15: error[E011] dhcp.mode: "pxeport-only" is not one of the allowed words. Allowed: full, pxe-port-only. Did you mean pxe-port-only?',
    ],
  },
  {
    name: "architectures by other names",
    text: "boot:\n  - file: x\n    when:\n      arch: [x64-efi, x86_64-uefi, BC_EFI, bios]\n",
    lines: [
      `f:4:14: error[E011] boot[0].when.arch[0]: "x64-efi" is not one of the allowed words. ${archWords}… Did you mean x64-uefi?`,
      `f:4:23: error[E011] boot[0].when.arch[1]: "x86_64-uefi" is not one of the allowed words. ${archWords}… Did you mean x64-uefi?`,
      `f:4:36: error[E011] boot[0].when.arch[2]: "BC_EFI" is not one of the allowed words. ${archWords}… Did you mean x64-uefi?`,
      `f:4:44: error[E011] boot[0].when.arch[3]: "bios" is not one of the allowed words. ${archWords}… Did you mean x86-bios?`,
    ],
  },
  {
    name: "a MAC address with a letter too far",
    text: "boot:\n  - file: x\n    when: { mac: [52:54:00:12:34:56, 52:54:00:12:34:5g] }\n",
    lines: [
      'f:3:38: error[E022] boot[0].when.mac[1]: "52:54:00:12:34:5g" is not a MAC address. Allowed: 52:54:00:12:34:56, or its first octets such as 52:54:00.',
    ],
  },
  {
    name: "a MAC address of seven octets",
    text: "boot:\n  - file: x\n    when: { mac: 52:54:00:12:34:56:78 }\n",
    lines: [
      'f:3:18: error[E022] boot[0].when.mac: "52:54:00:12:34:56:78" is not a MAC address. Allowed: 52:54:00:12:34:56, or its first octets such as 52:54:00.',
    ],
  },
  {
    name: "servers that are no addresses",
    text: "boot:\n  - { file: x, server: 192.168.11.256 }\n  - { file: y, server: fileserver, when: {} }\n",
    lines: [
      'f:2:24: error[E020] boot[0].server: "192.168.11.256" is not an IPv4 address. Allowed: four numbers from 0 to 255, such as 192.168.11.17.',
      'f:3:24: error[E020] boot[1].server: "fileserver" is not an IPv4 address. Allowed: four numbers from 0 to 255, such as 192.168.11.17.',
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
      'f:2:5: error[E021] subnets[0]: "192.168.11.0" is not a subnet: the prefix is missing. Allowed: address/prefix, such as 192.168.11.0/24. Did you mean 192.168.11.0/32?',
      'f:3:5: error[E021] subnets[1]: "192.168.11.5/24" is an address inside a subnet. Allowed: address/prefix, such as 192.168.11.0/24. Did you mean 192.168.11.0/24?',
      'f:4:5: error[E021] subnets[2]: "192.168.11.0/33" is not a subnet: the prefix is not a number from 0 to 32. Allowed: address/prefix, such as 192.168.11.0/24.',
      'f:5:5: error[E021] subnets[3]: "192.168.300.0/24" is not a subnet: the address is wrong. Allowed: address/prefix, such as 192.168.11.0/24.',
      'f:6:5: error[E021] subnets[4]: "lan" is not a subnet. Allowed: address/prefix, such as 192.168.11.0/24.',
    ],
  },
  {
    name: "a boot file of 128 octets",
    text: `boot:\n  - file: ${"x".repeat(128)}\n`,
    lines: [
      "f:2:11: error[E023] boot[0].file: the boot file name has 128 octets. Allowed: a path below the root, at most 127 octets.",
    ],
  },
  {
    name: "a boot file counted in octets, not in letters",
    text: `boot:\n  - file: ${"ü".repeat(64)}\n`,
    lines: [
      "f:2:11: error[E023] boot[0].file: the boot file name has 128 octets. Allowed: a path below the root, at most 127 octets.",
    ],
  },
  {
    name: "boot files that leave the root or are none",
    text: 'boot:\n  - file: ../etc/passwd\n  - file: a\\..\\b\n  - file: "a\\eb"\n  - file: pxelinux/\n  - file: ""\n',
    lines: [
      'f:2:11: error[E023] boot[0].file: "../etc/passwd" leaves the root with "..". Allowed: a path below the root, at most 127 octets.',
      'f:3:11: error[E023] boot[1].file: "a\\\\..\\\\b" leaves the root with "..". Allowed: a path below the root, at most 127 octets.',
      'f:4:11: error[E023] boot[2].file: "a\\x1bb" contains a control character. Allowed: a path below the root, at most 127 octets.',
      'f:5:11: error[E023] boot[3].file: "pxelinux/" is a folder. Allowed: a path below the root, at most 127 octets.',
      "f:6:11: error[E023] boot[4].file: the boot file name is empty. Allowed: a path below the root, at most 127 octets.",
    ],
  },
  {
    name: "a UUID that is none",
    text: "boot:\n  - { file: x, when: { uuid: 0011-2233 } }\n",
    lines: [
      'f:2:30: error[E024] boot[0].when.uuid: "0011-2233" is not a UUID. Allowed: 00112233-4455-6677-8899-aabbccddeeff.',
    ],
  },
  {
    name: "interface names that are none",
    text: 'interfaces: [eth0, "eth 1", abcdefghijklmnopq]\n',
    lines: [
      'f:1:20: error[E025] interfaces[1]: "eth 1" is not the name of a network interface. Allowed: 1 to 15 characters without blanks, such as eth0.',
      'f:1:29: error[E025] interfaces[2]: "abcdefghijklmnopq" is not the name of a network interface. Allowed: 1 to 15 characters without blanks, such as eth0.',
    ],
  },
  {
    name: "a rule that does nothing",
    text: "boot:\n  - name: a\n",
    lines: ["f:2:5: error[E030] boot[0]: the rule does nothing. Give it file, form, or ignore: true."],
  },
  {
    name: "a server without a file",
    text: "boot:\n  - name: a\n    server: 192.168.11.17\n",
    lines: [
      "f:3:5: error[E031] boot[0].server: the rule names a server and no file. Add the path of the file on that server as file.",
    ],
  },
  {
    name: "a rule that ignores and answers",
    text: "boot:\n  - ignore: true\n    file: x\n",
    lines: [
      "f:3:5: error[E031] boot[0].file: the rule ignores its clients, and says file as well. Keep one of the two.",
    ],
  },
  {
    name: "two rules of one name",
    text: "boot:\n  - { name: a, file: x }\n  - { name: a, file: y }\n",
    lines: ['f:3:13: error[E032] boot[1].name: rule 1 is called "a" too. Give each rule its own name.'],
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
    name: "an alias that leads nowhere",
    text: "root: *nothing\n",
    lines: ["f:1:1: error[E002] YAML syntax: Unresolved alias (the anchor must be set before the alias): nothing."],
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
    lines: [
      'f:2:1: error[E003] logg: unknown key "logg". Known keys: interfaces, subnets, root, dhcp, tftp, log, boot. Did you mean "log"?',
    ],
  },
];
