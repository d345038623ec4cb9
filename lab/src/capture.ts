import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { LabFailure, must } from "./failure.ts";
import type { Lab } from "./lab.ts";
import type { Switch } from "./namespaces.ts";
import { locate } from "./packages.ts";
import { type Datagram, parsePcap } from "./pcap.ts";
import { runOk, start } from "./processes.ts";

/** A running capture of a switch. Its file stays in the scenario's folder, which is kept when the scenario fails. */
export interface Capture {
  /** Everything seen up to now; the capture goes on. */
  datagrams(): Promise<readonly Datagram[]>;
  /** How many frames up to now fit a filter, in the words of pcap-filter(7). */
  count(filter: string): Promise<number>;
}

/** What is kept of what was seen. */
export interface CaptureOptions {
  /** Bytes kept of a frame. */
  readonly snap?: number;
  /** In the words of pcap-filter(7); everything when left out. */
  readonly only?: string;
}

/** Starts to capture the traffic on a switch. */
export async function startCapture(
  lab: Lab,
  lan: Switch,
  { snap = 2048, only = "" }: CaptureOptions = {},
): Promise<Capture> {
  const file = join(lab.folder, `${lan.role}.pcap`);
  // --immediate-mode and -U: a frame is in the file as soon as it was seen, not when a buffer is full.
  const args = ["--immediate-mode", "-U", "-n", "-B", "16384", "-Z", "root", "-s", String(snap), "-i", lan.bridge];
  const tcpdump = start(lab, lan.netns, {
    name: `tcpdump-${lan.role}`,
    command: locate("tcpdump"),
    args: [...args, "-w", file, only],
  });
  await tcpdump.output.until(/listening on/, 10);
  return {
    async datagrams() {
      await settled(file);
      must(tcpdump.running(), `the capture ended: ${tcpdump.output.text()}`);
      const parsed = parsePcap(readFileSync(file));
      if (!parsed.ok) throw new LabFailure(`${file}: ${parsed.fault.code}`);
      return parsed.datagrams;
    },
    async count(filter) {
      await settled(file);
      const { stdout } = await runOk(lab, lan.netns, locate("tcpdump"), ["--count", "-n", "-r", file, filter]);
      return Number(/^(\d+) packets?$/m.exec(stdout.toString())?.[1]);
    },
  };
}

async function settled(file: string): Promise<void> {
  for (let size = -1, quiet = 0, round = 0; quiet < 3 && round < 50; round++) {
    const now = statSync(file).size;
    quiet = now === size ? quiet + 1 : 0;
    size = now;
    await delay(100);
  }
}
