import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pxeDiscover } from "@bootlace/pxe-client";
import { startBootlace } from "../bootlace.ts";
import { readDhcp } from "../bootp.ts";
import { must } from "../failure.ts";
import { BOOT_SERVER, buildHomeLan, ROUTER } from "../home-lan.ts";
import { eventually, type Scenario } from "../lab.ts";
import { isDhcpReply } from "../lan-laws.ts";
import { addHost, configure, plugIn } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { runOk } from "../processes.ts";
import { BIOS_MEMTEST } from "../tree.ts";

const BROADCAST = fileURLToPath(new URL("../programs/broadcast.ts", import.meta.url));
const UNKNOWN_ARCHITECTURE = 0x03e7;
const STRANGER = { mac: "52:54:00:ae:00:31", xid: 0x0badc0de, architecture: UNKNOWN_ARCHITECTURE };
const KNOWN = { mac: "52:54:00:ae:00:32", xid: 0x600dc0de, architecture: 0 };

export const bystanders: Scenario = {
  name: "bystanders",
  proves: "an ordinary DHCP client and a PXE client of an unknown architecture get nothing from Bootlace",
  async run(lab) {
    const { lan, bootServer, capture } = await buildHomeLan(lab);
    const bootlace = await startBootlace(lab, bootServer, { yaml: "root: ./boot\n", tree: BIOS_MEMTEST });
    const pc = await addHost(lab, "pc");
    await plugIn(pc, lan);

    const script = join(lab.folder, "lease.sh");
    writeFileSync(
      script,
      `#!${locate("busybox")} sh\necho "event=$1 ip=$ip server=$serverid boot=$boot_file siaddr=$siaddr"\n`,
    );
    chmodSync(script, 0o755);
    const words = ["udhcpc", "-i", "eth0", "-f", "-q", "-n", "-t", "5", "-T", "2", "-s", script];
    const udhcpc = await runOk(lab, pc.netns, locate("busybox"), words);
    const lease = /event=bound ip=(192\.168\.11\.\d+) server=(\S+) boot=(\S*)/.exec(udhcpc.stdout.toString());
    must(lease !== null, `udhcpc got no lease: ${udhcpc.stdout}${udhcpc.stderr}`);
    must(lease[2] === ROUTER, `the lease came from ${lease[2]}, not from the router`);
    must(lease[3] === "", `the lease names the boot file ${lease[3]}`);
    lab.proof(`udhcpc: ${lease[1]} from ${lease[2]}`);

    // A client without an address broadcasts by a route to everywhere. The known architecture comes second: its offer
    // shows that Bootlace was awake and had read the stranger's packet before.
    await configure(pc, "route", "add", "default", "dev", "eth0");
    const packets = [STRANGER, KNOWN].map((client) =>
      pxeDiscover({
        ...client,
        vendorClass: `PXEClient:Arch:${String(client.architecture).padStart(5, "0")}:UNDI:003000`,
      }),
    );
    await runOk(lab, pc.netns, process.execPath, [
      BROADCAST,
      ...packets.map((packet) => Buffer.from(packet).toString("hex")),
    ]);
    const answered = await eventually(lab, "an offer to the known architecture", 10, async () => {
      const replies = (await capture.datagrams()).filter((datagram) => isDhcpReply(datagram, BOOT_SERVER));
      const xids = replies.map((datagram) => readDhcp(datagram.payload)?.xid);
      return xids.includes(KNOWN.xid) ? xids : undefined;
    });
    must(
      answered.every((xid) => xid === KNOWN.xid),
      "Bootlace answered somebody who is none of its business",
    );
    const seen = await capture.datagrams();
    must(
      seen.some((datagram) => readDhcp(datagram.payload)?.xid === STRANGER.xid && datagram.destinationPort === 67),
      "the stranger's DISCOVER is not in the capture",
    );
    const ignored = bootlace.records().find((record) => record.event === "dhcp.ignored" && record.mac === STRANGER.mac);
    must(ignored?.reason === "unknown-architecture", "the log does not say why the stranger got nothing");
    lab.proof(
      "in the capture: no packet from Bootlace to udhcpc, none to architecture 999, an offer to architecture 0",
    );
  },
};
