import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startBootlace } from "../bootlace.ts";
import { must } from "../failure.ts";
import { blockInput } from "../firewall.ts";
import { buildHomeLan, ROUTER } from "../home-lan.ts";
import { inLanes, type Scenario } from "../lab.ts";
import { locate } from "../packages.ts";
import type { Datagram } from "../pcap.ts";
import { startUefi, type UefiOptions } from "../qemu.ts";
import { type BootTree, UEFI_SYSLINUX } from "../tree.ts";
import { type ExpectedVerdict, verdictReported } from "../verdicts.ts";

const SECURE = { section: "UEFI x64", machine: "OVMF with Microsoft's keys, virtio-net" } as const;

const mac = (last: number) => `52:54:00:ae:02:0${last}`;

const REFUSED = {
  "uefi-x64-secure-unsigned": {
    boots: "Secure Boot enforced: syslinux.efi",
    cannot: "syslinux.efi is not signed, and the firmware refuses it.",
  },
  "uefi-x64-secure-shim-unsigned": {
    boots: "Secure Boot enforced: signed shim → syslinux.efi in GRUB's place",
    cannot: "syslinux.efi is not signed, and shim refuses it.",
  },
};
const PLAIN_ROUTER = "uefi-x64-grub-plain-router";
const ASKED_ELSEWHERE = {
  [PLAIN_ROUTER]: {
    boots: "shim → GRUB → grub.cfg, beside a router that only assigns addresses",
    cannot: "Debian's GRUB takes the server of its files from the router's answer, and the router serves none.",
  },
};

/** A machine that does not boot, and what is said of it within those seconds. */
interface Failure extends Omit<ExpectedVerdict, "mac" | "confidence"> {
  readonly part: string;
  /** The last digit of its MAC address. */
  readonly last: number;
  readonly confidence: "certain" | "likely";
  readonly firmware?: NonNullable<UefiOptions["firmware"]>;
  readonly http?: true;
  readonly says?: RegExp;
  /** Pressed then. */
  readonly key?: string;
}

const secure = { firmware: "secure", confidence: "likely" } as const;
const http = { http: true } as const;

/** The longest first. */
const FAILURES: readonly Failure[] = [
  { part: "uefi-no-4011", last: 1, verdict: "B04", confidence: "likely", seconds: 150 },
  // What Microsoft's key has signed runs. Debian's GRUB then asks the router, which serves nothing.
  { part: PLAIN_ROUTER, last: 6, verdict: "unclear", seconds: 120, ...secure, says: /Welcome to GRUB!/ },
  { part: "uefi-http-refused", last: 4, verdict: "B14", confidence: "likely", seconds: 200, ...http },
  // After the key shim asks for its key manager, and the firmware goes on.
  {
    part: "uefi-x64-secure-shim-unsigned",
    ...{ last: 7, verdict: "B12", seconds: 90, ...secure, says: /Security Violation/, key: "\r" },
  },
  {
    part: "uefi-x64-secure-unsigned",
    ...{ last: 3, verdict: "B12", seconds: 60, ...secure, says: /Boot0001.*(Access Denied)/ },
  },
  {
    part: "uefi-wrong-processor",
    ...{ last: 2, verdict: "B12", confidence: "certain", seconds: 60, says: /Boot0001.*Unsupported/ },
  },
  { part: "uefi-http-missing", last: 5, verdict: "B10", confidence: "certain", seconds: 150, ...http },
];

/** Most of their time they wait. */
const LANES = 3;

export const failuresUefi: Scenario = {
  name: "failures-uefi",
  proves:
    "what keeps a UEFI machine from booting gets the right verdict: firewall, wrong program, Secure Boot, no HTTP",
  rows: Object.entries({ ...REFUSED, ...ASKED_ELSEWHERE }).map(([id, row]) => ({ id, ...SECURE, ...row })),
  parts: FAILURES.map(({ part }) => part),
  async run(lab) {
    const { lan, bootServer, capture } = await buildHomeLan(lab);
    const bootlace = await startBootlace(lab, bootServer, { yaml: YAML, tree: TREE });
    writeFileSync(join(bootlace.folder, "boot/other.efi"), programFor(0xaa64));

    // Each keeps one machine from one thing: the others boot meanwhile.
    await blockInput(
      lab,
      bootServer,
      `ether saddr ${mac(1)} udp dport 4011 drop`,
      `iifname eth0 ether saddr ${mac(4)} tcp dport 8069 reject with tcp reset`,
    );
    await inLanes(
      LANES,
      FAILURES.filter(({ part }) => lab.part(part)),
      async ({ part, last, says, key, verdict, confidence, seconds, ...options }) => {
        const machine = await startUefi(lab, lan, { mac: mac(last), name: `uefi-${last}`, ...options });
        if (says !== undefined) {
          const [shown, words] = await machine.output.until(says, 180);
          if (part in REFUSED) lab.row(part, words ?? shown, machine.age());
        }
        if (key !== undefined) machine.write(key);
        await verdictReported(lab, bootServer, bootlace, {
          mac: mac(last),
          verdict,
          confidence: [confidence],
          seconds,
        });
        await machine.stop("SIGKILL");
        if (part !== PLAIN_ROUTER) return;
        const asked = filesAsked(await capture.datagrams(), ROUTER);
        must(asked.length > 0, `nobody asked ${ROUTER} for a file`);
        lab.row(PLAIN_ROUTER, `TFTP RRQ to ${ROUTER}: ${asked[0]}`);
      },
    );
  },
};

/** The names that TFTP read requests to a server carry (RFC 1350, section 5). */
function filesAsked(datagrams: readonly Datagram[], server: string): string[] {
  return datagrams
    .filter(({ destination, destinationPort }) => destination === server && destinationPort === 69)
    .flatMap(({ payload }) => {
      const bytes = Buffer.from(payload);
      return bytes.length > 2 && bytes.readUInt16BE() === 1 ? [bytes.toString("latin1", 2, bytes.indexOf(0, 2))] : [];
    });
}

/** syslinux with another machine in its PE header (PE format, section 3.3.1). */
function programFor(machine: number): Uint8Array {
  const bytes = readFileSync(locate("syslinuxX64"));
  bytes.writeUInt16LE(machine, bytes.readUInt32LE(0x3c) + 4);
  return bytes;
}

const TREE: BootTree = {
  ...UEFI_SYSLINUX,
  "signed/shimx64.efi": { piece: "shim" },
  "signed/grubx64.efi": { piece: "grubNet" },
  "unsigned/shimx64.efi": { piece: "shim" },
  "unsigned/grubx64.efi": { piece: "syslinuxX64" },
};

const YAML = `root: ./boot
boot:
  - when: { mac: "${mac(1)}" }
    file: efi/syslinux.efi
    form: server
  - when: { mac: "${mac(2)}" }
    file: other.efi
  - when: { mac: "${mac(5)}" }
    file: efi/missing.efi
  - when: { mac: "${mac(6)}" }
    file: signed/shimx64.efi
  - when: { mac: "${mac(7)}" }
    file: unsigned/shimx64.efi
  - when: { arch: [x64-uefi, x64-uefi-http] }
    file: efi/syslinux.efi
`;
