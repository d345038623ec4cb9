import type { Severity } from "../catalogue/verdicts.ts";
import type { Level, LogRecord } from "../events/record.ts";
import type { Boot } from "../sessions/boot.ts";
import { outcomeOf } from "../sessions/outcome.ts";
import type { StepOf } from "../sessions/step.ts";
import type { Verdict } from "../sessions/verdicts/verdict.ts";

const levels: Readonly<Record<Severity, Level>> = { failure: "warn", warning: "warn", info: "info", success: "info" };

/** The outcome of a boot, as one sentence with the fix. */
export function verdictRecord(boot: Boot, verdict: Verdict): LogRecord {
  const { id, confidence, severity, sentence, fix, evidence } = verdict;
  const address = boot.address === undefined || boot.mac === undefined ? "" : ` (${boot.address})`;
  const who = `${boot.mac ?? boot.address ?? boot.key}${address}${boot.arch === undefined ? "" : ` ${boot.arch}`}`;
  const outcome = outcomeOf(boot);
  const code = /^B\d\d$/.test(id) ? `${id} (${confidence})` : confidence;
  const message = `${who}: ${outcome}, ${code}: ${sentence}${fix === undefined ? "" : `. Fix: ${fix}`}`;
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
  };
  return { level: levels[severity], scope: "boot", event: "boot.verdict", message, fields };
}

function tellsBootFile(step: Boot["steps"][number]): step is StepOf<"offer"> | StepOf<"ack"> {
  return (step.kind === "offer" || step.kind === "ack") && step.bootFile !== undefined;
}
