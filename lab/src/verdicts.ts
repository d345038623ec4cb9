import type { Bootlace } from "./bootlace.ts";
import { LabFailure, must } from "./failure.ts";
import { eventually, type Lab } from "./lab.ts";
import type { LogRecord } from "./log-record.ts";
import type { Host } from "./namespaces.ts";
import { locate } from "./packages.ts";
import { runOk } from "./processes.ts";

/** A boot as the API shows it, as far as the lab looks at it. */
export interface ReportedBoot {
  readonly id: string;
  readonly outcome: string;
  readonly verdicts: readonly {
    readonly id: string;
    readonly confidence: string;
    readonly evidence: readonly number[];
  }[];
  readonly steps: readonly { readonly number: number; readonly kind: string; readonly text: string }[];
}

export interface ExpectedVerdict {
  readonly mac: string;
  /** Such as `B04`, or `delivered`. */
  readonly verdict: string;
  /** Any of them will do. */
  readonly confidence: readonly string[];
  /** Seconds in which it must stand in the log. */
  readonly seconds: number;
}

/**
 * Waits for a verdict in the log, and holds it against the API: the same boot must have it first there, and its
 * evidence must be steps of that boot. Another verdict on the same machine in between fails at once.
 */
export async function verdictReported(
  lab: Lab,
  host: Host,
  bootlace: Bootlace,
  { mac, verdict, confidence, seconds }: ExpectedVerdict,
): Promise<ReportedBoot> {
  const about = () => bootlace.records().filter((record) => record.event === "boot.verdict" && record.mac === mac);
  const record = await eventually(lab, `verdict ${verdict} on ${mac}`, seconds, () => {
    const wrong = about().find((one) => one.verdict !== verdict);
    if (wrong !== undefined) throw new LabFailure(`instead of ${verdict}: ${String(wrong.msg)}`);
    return about().find((one) => one.verdict === verdict && confidence.includes(String(one.confidence)));
  });
  const boot = await reportedBoot(lab, host, record);
  const [first] = boot.verdicts;
  must(first?.id === verdict, `the API has ${first?.id} first for ${record.boot}, the log had ${verdict}`);
  const numbers = new Set(boot.steps.map(({ number }) => number));
  must(first.evidence.length > 0 && first.evidence.every((number) => numbers.has(number)), "evidence that is no step");
  lab.proof(String(record.msg));
  return boot;
}

async function reportedBoot(lab: Lab, host: Host, { boot }: LogRecord): Promise<ReportedBoot> {
  return (await ask(lab, host, `boots/${String(boot)}`)) as ReportedBoot;
}

/** The boots of a machine, the latest first. */
export async function reportedBoots(lab: Lab, host: Host, mac: string): Promise<readonly ReportedBoot[]> {
  const { boots } = (await ask(lab, host, `boots?client=${mac}`)) as { boots: readonly { id: string }[] };
  return Promise.all(boots.map(async ({ id }) => (await ask(lab, host, `boots/${id}`)) as ReportedBoot));
}

/** Bootlace binds the API after its other ports: one that has only just begun to serve may refuse for a moment. */
const PATIENT = ["--retry", "10", "--retry-connrefused", "--retry-delay", "1"];

/** What the API of the Bootlace on a host answers. */
export async function ask(lab: Lab, host: Host, path: string): Promise<unknown> {
  const url = `http://127.0.0.1:8067/api/v1/${path}`;
  const { stdout } = await runOk(lab, host.netns, locate("curl"), [
    "--silent",
    "--show-error",
    "--fail",
    ...PATIENT,
    url,
  ]);
  return JSON.parse(stdout.toString());
}
