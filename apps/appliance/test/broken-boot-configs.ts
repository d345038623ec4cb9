import type { BrokenConfig } from "./broken-config.ts";

const archWords = "Allowed: x86-bios";

/** The faults of rules. */
export const brokenRules: readonly BrokenConfig[] = [
  {
    name: "two unknown keys in a rule and in its conditions",
    text: "boot:\n  - nmae: a\n    file: x\n    when: { macc: 52:54:00 }\n",
    lines: [
      'f:2:5: error[E003] boot[0].nmae: unknown key "nmae". Did you mean "name"? Known keys: name, when, file, server, url, script, image, menu, form, root, delay, ignore.',
      'f:4:13: error[E003] boot[0].when.macc: unknown key "macc". Did you mean "mac"? Known keys: arch, firmware, host, mac, uuid, serial, clientId, vendorClass, userClass, interface, subnet, relay.',
    ],
  },
  {
    name: "servers that no client can reach",
    text: "boot:\n  - file: a\n    server: 0.0.0.0\n  - file: b\n    server: 255.255.255.255\n  - file: c\n    server: 127.0.0.1\n  - file: d\n    server: host\n",
    lines: [
      'f:3:13: error[E029] boot[0].server: "0.0.0.0" is not the address of one machine on the network. Allowed: an address that the clients reach, such as 192.168.11.17.',
      'f:5:13: error[E029] boot[1].server: "255.255.255.255" is not the address of one machine on the network. Allowed: an address that the clients reach, such as 192.168.11.17.',
      'f:7:13: error[E029] boot[2].server: "127.0.0.1" is not the address of one machine on the network. Allowed: an address that the clients reach, such as 192.168.11.17.',
      'f:9:13: error[E020] boot[3].server: "host" is not an IPv4 address. Allowed: four numbers from 0 to 255, such as 192.168.11.17.',
    ],
  },
  {
    name: "a URL in the place of a path",
    text: "boot:\n  - file: http://192.168.11.17/a.efi\n",
    lines: [
      'f:2:11: error[E023] boot[0].file: "http://192.168.11.17/a.efi" is a URL. Allowed: a path below the root, at most 127 bytes; write a URL under url or script.',
    ],
  },
  {
    name: "a number where text stands",
    text: "boot:\n  - file: x\n    when: { serial: 12345 }\n",
    lines: ["f:3:21: error[E010] boot[0].when.serial: 12345 is not text. Write it in quotes."],
  },
  {
    name: "architectures by other names",
    text: "boot:\n  - file: x\n    when:\n      arch: [x64-efi, x86_64-uefi, BC_EFI, bios]\n",
    lines: [
      `f:4:14: error[E011] boot[0].when.arch[0]: "x64-efi" is not one of the allowed words. Did you mean x64-uefi? ${archWords}…`,
      `f:4:23: error[E011] boot[0].when.arch[1]: "x86_64-uefi" is not one of the allowed words. Did you mean x64-uefi? ${archWords}…`,
      `f:4:36: error[E011] boot[0].when.arch[2]: "BC_EFI" is not one of the allowed words. Did you mean x64-uefi? ${archWords}…`,
      `f:4:44: error[E011] boot[0].when.arch[3]: "bios" is not one of the allowed words. Did you mean x86-bios? ${archWords}…`,
    ],
  },
  {
    name: "a MAC address with a letter too far",
    text: "boot:\n  - file: x\n    when: { mac: [52:54:00:12:34:56, 52:54:00:12:34:5g] }\n",
    lines: [
      'f:3:38: error[E022] boot[0].when.mac[1]: "52:54:00:12:34:5g" is not a MAC address. Allowed: 52:54:00:12:34:56, or its first bytes, such as 52:54:00.',
    ],
  },
  {
    name: "a MAC address of seven bytes",
    text: "boot:\n  - file: x\n    when: { mac: 52:54:00:12:34:56:78 }\n",
    lines: [
      'f:3:18: error[E022] boot[0].when.mac: "52:54:00:12:34:56:78" is not a MAC address. Allowed: 52:54:00:12:34:56, or its first bytes, such as 52:54:00.',
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
    name: "a boot file of 128 bytes",
    text: `boot:\n  - file: ${"x".repeat(128)}\n`,
    lines: [
      "f:2:11: error[E023] boot[0].file: the boot file name has 128 bytes. Allowed: a path below the root, at most 127 bytes.",
    ],
  },
  {
    name: "a boot file counted in bytes, not in letters",
    text: `boot:\n  - file: ${"ü".repeat(64)}\n`,
    lines: [
      "f:2:11: error[E023] boot[0].file: the boot file name has 128 bytes. Allowed: a path below the root, at most 127 bytes.",
    ],
  },
  {
    name: "boot files that leave the root or are none",
    text: 'boot:\n  - file: ../etc/passwd\n  - file: a\\..\\b\n  - file: "a\\eb"\n  - file: pxelinux/\n  - file: ""\n',
    lines: [
      'f:2:11: error[E023] boot[0].file: "../etc/passwd" leaves the root with "..". Allowed: a path below the root, at most 127 bytes.',
      'f:3:11: error[E023] boot[1].file: "a\\\\..\\\\b" leaves the root with "..". Allowed: a path below the root, at most 127 bytes.',
      'f:4:11: error[E023] boot[2].file: "a\\x1bb" contains a control character. Allowed: a path below the root, at most 127 bytes.',
      'f:5:11: error[E023] boot[3].file: "pxelinux/" is a folder. Allowed: a path below the root, at most 127 bytes.',
      "f:6:11: error[E023] boot[4].file: the boot file name is empty. Allowed: a path below the root, at most 127 bytes.",
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
    name: "a rule that does nothing",
    text: "boot:\n  - name: a\n",
    lines: [
      "f:2:5: error[E030] boot[0]: the rule does nothing. Set file, url, script, image, menu, form, root, delay, or ignore: true.",
    ],
  },
  {
    name: "a server without a file",
    text: "boot:\n  - name: a\n    server: 192.168.11.17\n",
    lines: [
      "f:3:5: error[E031] boot[0].server: the rule sets a server, but no file. Set file to the path on that server.",
    ],
  },
  {
    name: "a rule that ignores and answers",
    text: "boot:\n  - ignore: true\n    file: x\n",
    lines: ["f:3:5: error[E031] boot[0].file: the rule ignores its clients, but also sets file. Keep one of the two."],
  },
  {
    name: "two rules of one name",
    text: "boot:\n  - { name: a, file: x }\n  - { name: a, file: y }\n",
    lines: ['f:3:13: error[E032] boot[1].name: rule 1 has the name "a" too. Give each rule its own name.'],
  },
];
