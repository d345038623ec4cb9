import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BOOTLACE_MAIN, startBootlace } from "../bootlace.ts";
import { messageType, optionText, readDhcp } from "../bootp.ts";
import { pageBlock } from "../doc-page.ts";
import { must } from "../failure.ts";
import { buildLan, ROUTER } from "../home-lan.ts";
import { eventually, type Lab, type Scenario } from "../lab.ts";
import { addHost, plugIn } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { run, start } from "../processes.ts";
import { startBios } from "../qemu.ts";
import { BIOS_MEMTEST } from "../tree.ts";

export const besideDnsmasq: Scenario = {
  name: "beside-dnsmasq",
  proves:
    "Bootlace and dnsmasq on one host: both reply, renewals reach dnsmasq; the error about port 67 names who holds it",
  rows: [
    {
      id: "net-beside-dnsmasq",
      section: "Networks",
      machine: "SeaBIOS, iPXE ROM, e1000",
      boots: "dnsmasq as the router and Bootlace on one host, port 67 shared: pxelinux.0",
    },
  ],
  async run(lab) {
    const shared = pageBlock("how-to/beside-dnsmasq.md", "Share the port", "dnsmasq").split("\n");
    const routerLines = shared.filter((line) => line !== "" && !line.startsWith("dhcp-range="));
    must(routerLines.includes("bind-dynamic"), "the page does not make dnsmasq share its port");
    const { lan, router, capture } = await buildLan(lab, 11, "", { routerLines });
    await startBootlace(lab, router, { yaml: "root: ./boot\n", tree: BIOS_MEMTEST });

    const mac = "52:54:00:ae:00:41";
    const machine = await startBios(lab, lan, { mac });
    lab.row("net-beside-dnsmasq", (await machine.output.until(/PXELINUX 6\.04/, 180))[0], machine.age());
    await machine.stop("SIGKILL");
    const offers = (await capture.datagrams())
      .filter((datagram) => datagram.source === ROUTER && datagram.sourcePort === 67)
      .flatMap((datagram) => readDhcp(datagram.payload) ?? [])
      .filter((message) => messageType(message) === 2);
    const gives = offers.filter((offer) => offer.yiaddr !== "0.0.0.0").length;
    const boots = offers.filter((offer) => offer.yiaddr === "0.0.0.0" && optionText(offer, 60) === "PXEClient").length;
    must(
      gives > 0 && boots > 0 && gives + boots === offers.length,
      `${gives} offers of an address, ${boots} of a boot file`,
    );
    lab.proof(`offers from ${ROUTER}: ${gives} with an address, ${boots} with a boot file`);

    await renew(lab, lan, capture);
    await heldPort(lab);
  },
};

type Lan = Awaited<ReturnType<typeof buildLan>>;

/** A lease is renewed by unicast (RFC 2131 4.4.5): a second socket on port 67 must not take that datagram away. */
async function renew(lab: Lab, lan: Lan["lan"], capture: Lan["capture"]): Promise<void> {
  const pc = await addHost(lab, "pc");
  await plugIn(pc, lan);
  const script = join(lab.folder, "lease.sh");
  const bound = `[ "$1" != bound ] || ${locate("ip")} address add $ip/24 dev $interface`;
  writeFileSync(script, `#!${locate("busybox")} sh\n${bound}\necho "event=$1 ip=$ip"\n`);
  chmodSync(script, 0o755);
  const args = ["udhcpc", "-i", "eth0", "-f", "-s", script];
  const udhcpc = start(lab, pc.netns, { name: "udhcpc", command: locate("busybox"), args });
  const address = (await udhcpc.output.until(/event=bound ip=(\S+)/, 20))[1];
  process.kill(udhcpc.pid, "SIGUSR1");
  await udhcpc.output.until(/event=renew/, 20);
  await eventually(lab, "a unicast renewal and its ACK in the capture", 10, async () => {
    const seen = await capture.datagrams();
    const asked = seen.some(
      (datagram) => datagram.source === address && datagram.destination === ROUTER && datagram.destinationPort === 67,
    );
    const answered = seen.some(
      (datagram) => datagram.source === ROUTER && datagram.destination === address && datagram.destinationPort === 68,
    );
    return (asked && answered) || undefined;
  });
  lab.proof(`udhcpc renewed ${address} by unicast`);
}

/** dnsmasq without bind-dynamic takes port 67 for itself: Bootlace must say who holds it. */
async function heldPort(lab: Lab): Promise<void> {
  const { router } = await buildLan(lab, 12, "-alone");
  const finished = await run(lab, router.netns, process.execPath, [
    BOOTLACE_MAIN,
    "serve",
    "--root",
    join(lab.folder, "empty"),
    "--set",
    `state.directory=${join(lab.folder, "state")}`,
  ]);
  const said = finished.stderr + finished.stdout;
  must(finished.code !== 0, "Bootlace started although port 67 is held");
  const line = finished.stderr.split("\n").find((text) => /67.*dnsmasq \(pid \d+\)/.test(text));
  must(line !== undefined, `Bootlace does not name the program that holds port 67:\n${said}`);
  must(/bind-dynamic/.test(line) && /pxe-port-only/.test(line), `Bootlace does not name the two ways out: ${line}`);
  lab.proof(line);
}
