import type { Severity } from "../catalogue/verdicts.ts";
import type { Level, LogRecord } from "../events/record.ts";
import type { Boot } from "../sessions/boot.ts";
import { outcomeOf } from "../sessions/outcome.ts";
import type { BootChange } from "../sessions/reported.ts";
import type { StepOf } from "../sessions/step.ts";
import type { Verdict } from "../sessions/verdicts/verdict.ts";

const levels: Readonly<Record<Severity, Level>> = { failure: "warn", warning: "warn", info: "info", success: "info" };

/** What a boot came to, as one sentence with the fix; and, where that was said otherwise before, that it is corrected. */
export function verdictRecord({ boot, verdict, corrects }: BootChange & { readonly verdict: Verdict }): LogRecord {
  const { id, confidence, severity, sentence, fix, evidence } = verdict;
  const address = boot.address === undefined || boot.mac === undefined ? "" : ` (${boot.address})`;
  const who = `${boot.mac ?? boot.address ?? boot.key}${address}${boot.arch === undefined ? "" : ` ${boot.arch}`}`;
  const outcome = outcomeOf(boot);
  const before = corrects === undefined ? undefined : outcomeOf({ ...boot, verdicts: [corrects] });
  const correction = corrects === undefined ? "" : `, corrected from ${before}${codeOf(corrects)}`;
  const code = isCode(id) ? `${id} (${confidence})` : confidence;
  const message = `${who}: ${outcome}${correction}, ${code}: ${sentence}${fix === undefined ? "" : `. Fix: ${fix}`}`;
  const fields = {
    mac: boot.mac,
    ip: boot.address,
    arch: boot.arch,
    boot: boot.id,
    bootFile: boot.steps.findLast(tellsBootFile)?.bootFile,
    outcome,
    verdict: id,
    confidence,
    severity,
    sentence,
    fix,
    evidence,
    corrects: corrects === undefined ? undefined : { verdict: corrects.id, outcome: before },
  };
  return { level: levels[severity], scope: "boot", event: "boot.verdict", message, fields };
}

function isCode(id: string): boolean {
  return /^B\d\d$/.test(id);
}

function codeOf({ id }: Verdict): string {
  return isCode(id) ? ` ${id}` : "";
}

function tellsBootFile(step: Boot["steps"][number]): step is StepOf<"offer"> | StepOf<"ack"> {
  return (step.kind === "offer" || step.kind === "ack") && step.bootFile !== undefined;
}
