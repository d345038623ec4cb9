import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compose, models } from "@bootlace/pxe-client";
import { startBootlace } from "../bootlace.ts";
import { type DhcpMessage, optionText } from "../bootp.ts";
import { must } from "../failure.ts";
import { BOOT_SERVER, buildHomeLan } from "../home-lan.ts";
import type { Scenario } from "../lab.ts";
import { addHost, configure, plugIn } from "../namespaces.ts";
import { offerToDiscover } from "../offer.ts";
import { locate } from "../packages.ts";
import { run, runOk } from "../processes.ts";
import { bootRows } from "../record/rows.ts";

// The boot ROM of a Pi 3 has a constant xid and a machine identifier of 0x44 throughout; a Pi 4 says "RPi4", its
// board revision, four bytes of its MAC and its serial number.
const PI3 = { firmware: models["raspberry-pi-3"], mac: "b8:27:eb:01:02:03", xid: 0x26f30339, machine: undefined };
const PI4_SERIAL = [0x5e, 0xa1, 0x12, 0x10];
const PI4 = {
  firmware: models["raspberry-pi-4"],
  mac: "dc:a6:32:01:36:c2",
  xid: 0x50493442,
  machine: Uint8Array.of(0, 0x52, 0x50, 0x69, 0x34, 0x11, 0x31, 0xc0, 0x00, 0x32, 0x01, 0x36, 0xc2, ...PI4_SERIAL),
};

const TREE = {
  "bootcode.bin": { text: "first stage ".repeat(4400) },
  "start4.elf": { text: "second stage ".repeat(170_000) },
  "config.txt": { text: "enable_uart=1\n" },
};

/** Menu item 0 "Raspberry Pi Boot" and three spaces, which the ROM of the Pi 3B needs (its length is computed wrongly). */
const TEXT = "Raspberry Pi Boot   ";
const OPTION_43 = Buffer.concat([
  Buffer.from([6, 1, 3, 10, 4, 0, 0x50, 0x58, 0x45, 9, 3 + TEXT.length, 0, 0, TEXT.length]),
  Buffer.from(TEXT),
  Buffer.from([255]),
]);

function mustSuitPi(offer: DhcpMessage, name: string): void {
  const vendor = Buffer.from(offer.options.get(43) ?? []);
  must(vendor.equals(OPTION_43), `${name}: option 43 is ${vendor.toString("hex")}`);
  must(offer.siaddr === BOOT_SERVER, `${name}: siaddr is ${offer.siaddr}`);
  must(optionText(offer, 66) === BOOT_SERVER, `${name}: option 66 is ${optionText(offer, 66)}`);
  must(optionText(offer, 60) === "PXEClient", `${name}: option 60 is ${optionText(offer, 60)}`);
  must(offer.options.get(97)?.length === 17, `${name}: option 97 was not echoed`);
  must(offer.file === "" && !offer.options.has(67), `${name}: it was handed an x86 boot file`);
}

export const raspberryPi: Scenario = {
  name: "raspberry-pi",
  proves: "the replayed boot ROMs of a Pi 3 and a Pi 4 get the offer that they need, and their files by TFTP",
  rows: [
    ...bootRows("Other machines", "Raspberry Pi 3B: the packets of its boot ROM, replayed", {
      "pi-3": "the offer it looks for → its files by TFTP",
    }),
    ...bootRows("Other machines", "Raspberry Pi 4: the packets of its boot ROM, replayed", {
      "pi-4": "the offer it looks for → its files by TFTP",
    }),
  ],
  async run(lab) {
    const { lan, bootServer, capture } = await buildHomeLan(lab);
    const bootlace = await startBootlace(lab, bootServer, { tree: TREE });
    for (const [name, { firmware, mac, xid, machine }] of Object.entries({ "Pi 3": PI3, "Pi 4": PI4 })) {
      const pi = await addHost(lab, name.replace(" ", "").toLowerCase());
      await plugIn(pi, lan, { mac });
      await configure(pi, "route", "add", "default", "dev", "eth0");
      const who = { mac, ...(machine === undefined ? {} : { machine }) };
      const { bytes: discover } = compose(firmware, who, { purpose: "discover", xid });
      const offer = await offerToDiscover(lab, pi, capture, { mac, xid, discover });
      mustSuitPi(offer, name);

      // With its lease it asks for many names; most are missing, and each refusal lets it go on at once.
      await configure(pi, "address", "add", `192.168.11.${name === "Pi 3" ? 63 : 64}/24`, "dev", "eth0");
      const serial = Buffer.from(PI4_SERIAL).toString("hex");
      for (const missing of ["bootsig.bin", `${serial}/start4.elf`, "recovery.elf", "autoboot.txt"]) {
        const words = ["tftp", "-g", "-r", missing, "-l", join(lab.folder, "unwanted"), BOOT_SERVER];
        const refused = await run(lab, pi.netns, locate("busybox"), words, { seconds: 10 });
        must(refused.code !== 0 && /not found/i.test(refused.stderr), `${missing}: ${refused.stderr}`);
      }
      for (const file of Object.keys(TREE)) {
        const got = join(lab.folder, `${pi.role}-${file}`);
        await runOk(lab, pi.netns, locate("busybox"), ["tftp", "-g", "-r", file, "-l", got, BOOT_SERVER]);
        const same = readFileSync(got).equals(readFileSync(join(bootlace.folder, "boot", file)));
        must(same, `${name}: ${file} came with other bytes`);
      }
      const files = Object.keys(TREE).join(", ");
      lab.row(name.toLowerCase().replace(" ", "-"), `"${TEXT.trim()}" from ${offer.siaddr}: ${files}`);
    }
    const noisy = bootlace.records().find((record) => record.level === "warn" || record.level === "error");
    must(noisy === undefined, `an ordinary Pi boot gave a warning: ${JSON.stringify(noisy)}`);
  },
};
