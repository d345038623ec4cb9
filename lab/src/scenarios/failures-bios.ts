import { startBootlace } from "../bootlace.ts";
import { startCapture } from "../capture.ts";
import { must } from "../failure.ts";
import { loseOnTheWay } from "../firewall.ts";
import { BOOT_SERVER, obeysLaws, ROUTER } from "../home-lan.ts";
import { eventually, inLanes, type Scenario } from "../lab.ts";
import { addHost, addSwitch, plugIn } from "../namespaces.ts";
import { startBios } from "../qemu.ts";
import { ipv6Prefix, routerLines, startDnsmasq } from "../router.ts";
import { BIOS_MEMTEST, type BootTree } from "../tree.ts";
import { type ExpectedVerdict, type ReportedBoot, reportedBoots, verdictReported } from "../verdicts.ts";

const mac = (last: number) => `52:54:00:ae:01:0${last}`;
const OTHER_PROXY = "192.168.11.110";

/** A machine, and what is said of it within those seconds. */
interface Failure extends Omit<ExpectedVerdict, "mac" | "confidence"> {
  readonly part: string;
  /** The last digit of its MAC address. */
  readonly last: number;
  readonly confidence: "certain" | "likely" | "guess";
  readonly also?: (boot: ReportedBoot) => void;
}

/** iPXE does not ask for broadcast replies, so that nobody can hear whether an address is offered: a guess. */
const NO_ADDRESS: Failure = { part: "bios-no-address", last: 1, verdict: "B01", confidence: "guess", seconds: 120 };
const SECOND_PROXY = "net-second-proxy";

const FAILURES: readonly Failure[] = [
  { part: "bios-replies-lost", last: 7, verdict: "B08", confidence: "likely", seconds: 150 },
  {
    part: "bios-no-configuration",
    ...{ last: 2, verdict: "delivered", confidence: "likely", seconds: 180 },
    also(boot) {
      const oddities = boot.verdicts.slice(1).map(({ id }) => id);
      must(oddities.join() === "B11", `beside delivered stands ${oddities.join()}, not the search for a configuration`);
    },
  },
  { part: "bios-file-missing", last: 3, verdict: "B10", confidence: "certain", seconds: 120 },
  {
    part: "bios-module-missing",
    ...{ last: 4, verdict: "B10", confidence: "certain", seconds: 120 },
    also: ({ steps }) =>
      must(
        steps.some(({ text }) => /bare\/pxelinux\.0.*bytes in/.test(text)),
        "pxelinux.0 was not sent before ldlinux.c32 was missing",
      ),
  },
  { part: "bios-loop-by-name", last: 5, verdict: "B13", confidence: "certain", seconds: 120 },
  { part: "bios-loop", last: 6, verdict: "B13", confidence: "certain", seconds: 180 },
];

/** Most of their time they wait. */
const LANES = 3;

export const failuresBios: Scenario = {
  name: "failures-bios",
  proves: "what keeps a BIOS machine from booting gets the right verdict: no DHCP, files missing, loops, lost replies",
  rows: [
    {
      id: SECOND_PROXY,
      section: "Networks",
      machine: "SeaBIOS, iPXE ROM, e1000",
      boots:
        "dnsmasq as a second proxyDHCP on the LAN: which one a machine follows is chance, and the log names the other (B16)",
    },
  ],
  parts: [NO_ADDRESS.part, ...FAILURES.map(({ part }) => part), SECOND_PROXY],
  async run(lab) {
    const lan = await addSwitch(lab, "lan");
    const router = await addHost(lab, "router");
    await plugIn(router, lan, { addresses: [`${ROUTER}/24`, `${ipv6Prefix(11)}1/64`] });
    const bootServer = await addHost(lab, "boot");
    await plugIn(bootServer, lan, { addresses: [`${BOOT_SERVER}/24`] });
    const capture = await startCapture(lab, lan);
    lab.afterwards(() => obeysLaws([capture], BOOT_SERVER));
    const bootlace = await startBootlace(lab, bootServer, { yaml: YAML, tree: TREE });

    /** Boots a machine until the verdict on it is in the log. */
    const expectVerdict = async ({ last, verdict, confidence, seconds, also }: Failure) => {
      const machine = await startBios(lab, lan, { mac: mac(last), name: `bios-${last}` });
      const expected = { mac: mac(last), verdict, confidence: [confidence], seconds };
      const boot = await verdictReported(lab, bootServer, bootlace, expected);
      also?.(boot);
      await machine.stop("SIGKILL");
    };

    if (lab.part(NO_ADDRESS.part)) await expectVerdict(NO_ADDRESS);
    await startDnsmasq(lab, router, { lines: routerLines(11), ports: [67] });

    const replies = `ether daddr ${mac(7)} ip saddr ${BOOT_SERVER} udp sport 10000-65535 drop`;
    await loseOnTheWay(lab, lan, "boot-eth0", replies);
    const failures = FAILURES.filter(({ part }) => lab.part(part));
    await inLanes(LANES, failures, expectVerdict);

    if (!lab.part(SECOND_PROXY)) return;
    const other = await addHost(lab, "other");
    await plugIn(other, lan, { addresses: [`${OTHER_PROXY}/24`] });
    const lines = ["dhcp-range=192.168.11.0,proxy", "pxe-service=x86PC,Other,theirs,192.168.11.110"];
    await startDnsmasq(lab, other, { lines, ports: [67] });
    // Which proxy a machine follows is chance; the warning must stand either way.
    const machine = await startBios(lab, lan, { mac: mac(8), name: "bios-8" });
    const boot = await eventually(lab, "the second proxy in a verdict", 180, async () => {
      const [latest] = await reportedBoots(lab, bootServer, mac(8));
      return latest?.verdicts.some(({ id }) => id === "B16") ? latest : undefined;
    });
    const seconds = machine.age();
    await machine.stop("SIGKILL");
    const proxy = boot.verdicts.find(({ id }) => id === "B16");
    must(proxy?.confidence === "certain", `the second proxy is ${proxy?.confidence}, not certain`);
    lab.row(SECOND_PROXY, boot.verdicts.map(({ id }) => id).join(", "), seconds);
  },
};

const RULES: readonly (readonly [number, string])[] = [
  [3, "missing/pxelinux.0"],
  [4, "bare/pxelinux.0"],
  // The machine's ROM is iPXE and says so.
  [5, "undionly.kpxe"],
  // Here it cannot be known from the name.
  [6, "loader.0"],
];

const YAML = `root: ./boot
boot:
${RULES.map(([last, file]) => `  - when: { mac: "${mac(last)}" }\n    file: ${file}\n`).join("")}  - when: { arch: x86-bios }
    file: pxelinux/pxelinux.0
`;

const TREE: BootTree = {
  ...BIOS_MEMTEST,
  "bare/pxelinux.0": { piece: "pxelinux" },
  "undionly.kpxe": { piece: "undionly" },
  "loader.0": { piece: "undionly" },
};
