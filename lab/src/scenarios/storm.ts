import { setTimeout as delay } from "node:timers/promises";
import type { Bootlace } from "../bootlace.ts";
import type { CrowdResult } from "../crowd/plan.ts";
import { MIX, switchOnCrowd } from "../crowd.ts";
import { buildCrowdSite, startCrowdServer } from "../crowd-site.ts";
import { must } from "../failure.ts";
import { eventually, type Lab, type Scenario } from "../lab.ts";
import type { Host } from "../namespaces.ts";
import { droppedDatagrams, metric, tellVitals, type Vitals, vitalsOf } from "../vitals.ts";

const MACHINES = 200;
const KERNEL = 2 * 1024 * 1024 + 717;
/** Firmware waits 4 s before it asks again (PXE 2.1 section 2.2.2); a quarter of it is far from that. */
const BOUND = 1000;
const PORTS = [67, 4011, 69];

/** Waits until nothing is served any more and the sockets of the storm are closed. */
async function calm(lab: Lab, host: Host, bootlace: Bootlace, descriptors: number): Promise<Vitals> {
  await eventually(lab, "the end of all transfers", 60, async () =>
    (await metric(lab, host, "bootlace_tftp_active")) === 0 ? true : undefined,
  );
  // A socket that was used waits a second for its next transfer.
  await delay(3000);
  return eventually(lab, `no more than ${descriptors} descriptors`, 30, () => {
    const vitals = vitalsOf(bootlace.process);
    return vitals.descriptors <= descriptors ? vitals : undefined;
  });
}

/** What must hold of every storm; gives it in words. */
async function judge(lab: Lab, host: Host, bootlace: Bootlace, result: CrowdResult): Promise<string> {
  const { offers, acks, repeats, leases, bytes, files, seconds, boots, byHttp, byNpm } = result;
  must(leases >= MACHINES * 0.9, `only ${leases} addresses: the machines are not ${MACHINES}`);
  must(byHttp > 0 && byNpm > 0, "nobody came by HTTP, or with npm tftp");
  const dropped = PORTS.map((port) => droppedDatagrams(bootlace.process, port));
  must(
    dropped.every((count) => count === 0),
    `${dropped} requests found no room in the sockets of ${PORTS}`,
  );
  const asked = repeats.discover + repeats.request + repeats.pxe;
  must(asked === 0, `${asked} DHCP messages were sent again: ${JSON.stringify(repeats)}`);
  must(offers.p99 <= BOUND && acks.p99 <= BOUND, `p99 of OFFER ${offers.p99} ms, of ACK ${acks.p99} ms`);
  const limited = await metric(lab, host, "bootlace_rate_limited_total");
  must(limited === 0, `${limited} requests of machines that do nothing wrong were held back`);
  const speed = bytes / 1e6 / seconds;
  return [
    `OFFER ${offers.median.toFixed(1)} ms median, ${offers.p99.toFixed(1)} ms p99, ${offers.worst.toFixed(1)} ms worst`,
    `ACK at 4011 ${acks.p99.toFixed(1)} ms p99`,
    `${files} files, ${(bytes / 1e6).toFixed(0)} MB in ${seconds.toFixed(1)} s (${speed.toFixed(0)} MB/s)`,
    `a boot takes ${boots.median.toFixed(1)} s median, ${boots.worst.toFixed(1)} s worst`,
    `0 DHCP messages repeated, 0 requests lost or held back, ${repeats.tftp} TFTP packets repeated by clients`,
  ].join("; ");
}

export const storm: Scenario = {
  name: "storm",
  alone: true,
  proves: "200 machines switched on within a second all boot, also when all are switched off and on again meanwhile",
  rows: [
    {
      id: "storm-200",
      section: "Storms",
      done: "200 machines are switched on within a second: BIOS and UEFI, by offer and by 4011, HTTP Boot, npm tftp",
      holds:
        "each machine gets its offer, its ACK and its files to the last byte; no request is lost, repeated or delayed",
    },
    {
      id: "storm-200-resets",
      section: "Storms",
      done: "200 machines, and each is switched off and on again somewhere in its kernel",
      holds: "the same, while transfers that no machine continues run out",
    },
    {
      id: "storm-floor",
      section: "Storms",
      done: "the first storm once more",
      holds: "as many descriptors as at the start; memory at most a quarter above that after the first two storms",
    },
  ],
  async run(lab) {
    const { bootServer, crowd } = await buildCrowdSite(lab);
    const bootlace = await startCrowdServer(lab, bootServer, { name: "boot", kernel: KERNEL });
    const { root } = bootlace;
    // Whatever is made at the first request is there then.
    await switchOnCrowd(lab, crowd, root, { name: "first", machines: MIX.length }).booted(60);
    const before = await calm(lab, bootServer, bootlace, Number.POSITIVE_INFINITY);

    const first = await switchOnCrowd(lab, crowd, root, { name: "storm", machines: MACHINES }).booted(180);
    lab.row("storm-200", await judge(lab, bootServer, bootlace, first));

    const resets = { name: "resets", machines: MACHINES, resets: true };
    const second = await switchOnCrowd(lab, crowd, root, resets).booted(240);
    must(second.resets >= MACHINES * 0.8, `only ${second.resets} machines were switched off`);
    lab.row("storm-200-resets", `${second.resets} resets; ${await judge(lab, bootServer, bootlace, second)}`);

    const floor = await calm(lab, bootServer, bootlace, before.descriptors);
    const third = await switchOnCrowd(lab, crowd, root, { name: "once-more", machines: MACHINES }).booted(240);
    lab.proof(await judge(lab, bootServer, bootlace, third));
    const after = await calm(lab, bootServer, bootlace, before.descriptors);
    must(after.memory <= floor.memory * 1.25, `memory: ${tellVitals(floor)}, then ${tellVitals(after)}`);
    const steps = { "at the start": before, "after two storms": floor, "after three": after };
    lab.row(
      "storm-floor",
      Object.entries(steps)
        .map(([when, vitals]) => `${when} ${tellVitals(vitals)}`)
        .join("; "),
    );
  },
};
