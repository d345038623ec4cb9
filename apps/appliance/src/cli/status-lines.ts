import type { ApiBootSummary, ApiStatus, ApiTransfer } from "../api-model/types.ts";
import { inertText } from "../catalogue/inert-text.ts";
import { shown } from "../log/brief.ts";
import { displayWidth, firstOf, hangingLines, lastOf } from "../log/display-width.ts";
import { clockOrDay, colouredOutcome } from "../log/pretty.ts";
import { durationText as duration, progressForms } from "../log/progress-text.ts";
import type { Terminal } from "./terminal.ts";

/** Lines of the smallest terminal in use: header and ten boots fit. */
const terminalLines = 24;
/** Columns of the word that starts a header line. */
const headWidth = 9;
/** Seconds without a packet after which a running boot counts as stalled. */
const stalledAfter = 5;

/** The status for people: what is served, then the latest boots, newest first. Shortened on a terminal, complete elsewhere. */
export function statusLines(status: ApiStatus, { colour, columns }: Terminal): string[] {
  const width = columns?.() ?? Number.POSITIVE_INFINITY;
  const now = Date.parse(status.startedAt) + status.uptimeSeconds * 1000;
  const header = headerLines(status, now, width).flatMap((line) => hangingLines(inertText(line), width, headWidth));
  const boots = [...status.boots].sort((one, other) => Date.parse(other.startedAt) - Date.parse(one.startedAt));
  const heads = boots.map((boot) => bootLine(boot, now, width, colour));
  let spare = columns === undefined ? Number.POSITIVE_INFINITY : terminalLines - header.length - heads.length;
  let waiting = boots.filter(isFailed).length;
  const lines = boots.flatMap((boot, index) => {
    if (!isFailed(boot)) return heads[index] ?? [];
    waiting--;
    const below = causeLines(boot, width, spare - waiting);
    spare -= below.length;
    return [...(heads[index] ?? []), ...below];
  });
  return [...header, ...lines];
}

function headerLines(status: ApiStatus, now: number, width: number): string[] {
  const { version, ready, reasons, interfaces, uptimeSeconds, config, bootCheck, history } = status;
  const served = interfaces.map(({ name, address }) => `${shown(name)} ${address}`).join(", ");
  const reload = config.lastReload;
  const lacking = `missing  boot files for ${bootCheck.join(", ")}`;
  const instead = " (they get the boot check)";
  return [
    `${ready ? "serving" : "not ready"}  ${served || "no interface"}  up ${duration(uptimeSeconds)}  bootlace ${version}`,
    `ports    ${portsText(status) || "none"}`,
    `config   ${config.file === undefined ? "defaults" : shown(config.file)}, since ${clock(config.loadedAt, now)}`,
    ...(bootCheck.length === 0 ? [] : [lacking.length + instead.length <= width ? lacking + instead : lacking]),
    ...reasons.map((reason) => `missing  ${reason}`),
    ...(reload === undefined || reload.ok
      ? []
      : [
          `reload   failed at ${clock(reload.at, now)}, old config kept`,
          ...reload.faults.map((fault) => `         ${fault}`),
        ]),
    ...(history.writable ? [] : [`history  not kept: ${history.problem ?? "no folder for it"}`]),
  ];
}

/** Each service with its port, and its address where that is not one of the served ones. */
function portsText({ endpoints, interfaces, transfers }: ApiStatus): string {
  const active: Readonly<Record<string, number>> = { tftp: transfers.tftp, http: transfers.http };
  const usual = new Set(["0.0.0.0", ...interfaces.map(({ address }) => address)]);
  const texts = endpoints.map(({ service, address, port }) => {
    const busy = active[service] ?? 0;
    const place = usual.has(address) ? port : `${address}:${port}`;
    return `${service} ${place}${busy === 0 ? "" : ` (${busy} active)`}`;
  });
  return [...new Set(texts)].join("  ");
}

/** One line, with the file under way while there is one; a long file name is cut at its start. */
function bootLine(boot: ApiBootSummary, now: number, width: number, colour: boolean): string[] {
  const { startedAt, mac, address, host, arch, bootFile, image, outcome, transfers = [] } = boot;
  const who = host === undefined ? inertText(mac ?? address ?? "unknown") : shown(host);
  const time = clock(startedAt, now);
  const ends = endTexts(boot, now);
  const name = transfers[0]?.file ?? image ?? bootFile;
  const file = name === undefined ? "" : shown(name);
  const line = (parts: readonly string[], end: string) =>
    [`${time} ${who}`, ...parts.filter((part) => part !== ""), end].join("  ");
  const forms = [[arch === undefined ? "" : inertText(arch), file], [file]];
  const whole = ends
    .flatMap((end) => forms.map((parts) => ({ end, text: line(parts, end) })))
    .find(({ text }) => displayWidth(text) <= width);
  const shortest = ends.at(-1) ?? "";
  const room = width - displayWidth(line([], shortest)) - 2;
  const { end, text: said } = whole ?? { end: shortest, text: line([room < 2 ? "" : lastOf(file, room)], shortest) };
  const place = said.lastIndexOf(end);
  const painted = said.slice(0, place) + end.replace(outcome, () => colouredOutcome(outcome, colour));
  return hangingLines(painted, width, headWidth);
}

/** How a boot stands, in forms for less and less room. */
function endTexts(boot: ApiBootSummary, now: number): readonly string[] {
  const { outcome, transfers = [] } = boot;
  const [latest, ...others] = transfers;
  if (outcome !== "running" || latest === undefined) return [endText(boot, now)];
  const more = others.length === 0 ? "" : `, ${others.length} more ${others.length === 1 ? "file" : "files"}`;
  return progressForms(progressOf(latest, now)).map((text) => `running, ${text}${more}`);
}

function progressOf(transfer: ApiTransfer, now: number) {
  const still = (now - Date.parse(transfer.lastProgressAt)) / 1000;
  return { ...transfer, ...(still >= stalledAfter ? { stalledSeconds: still } : {}) };
}

function endText(boot: ApiBootSummary, now: number): string {
  const { outcome, verdict, startedAt, lastAt } = boot;
  const seconds = (Date.parse(lastAt) - Date.parse(startedAt)) / 1000;
  if (isFailed(boot)) {
    return `${outcome}${verdict === undefined ? "" : ` ${verdict.id}`}, ${inertText(boot.id)}`;
  }
  if (outcome === "running") {
    const silent = (now - Date.parse(lastAt)) / 1000;
    const running = silent < stalledAfter ? duration(seconds) : `no packet for ${duration(silent)}`;
    return `running, ${running}`;
  }
  const likely = verdict?.severity === "success" && verdict.confidence !== "certain" ? `, ${verdict.confidence}` : "";
  return `${outcome}${likely}, ${duration(seconds)}`;
}

function isFailed({ outcome }: ApiBootSummary): boolean {
  return outcome === "failed";
}

/** Cause and fix where there is room; else the fix, cut to one line. */
function causeLines({ verdict }: ApiBootSummary, width: number, room: number): string[] {
  if (verdict === undefined || room < 1) return [];
  const indent = " ".repeat(headWidth);
  const fix = verdict.fix === undefined ? [] : [`${indent}Fix: ${inertText(verdict.fix)}`];
  const why = `${indent}${inertText(verdict.sentence)}`;
  const forms = [[why, ...fix], fix.length > 0 ? fix : [why]];
  const wrapped = forms.map((lines) => lines.flatMap((line) => hangingLines(line, width, headWidth + 2)));
  const whole = wrapped.find((lines) => lines.length <= room);
  return whole ?? [firstOf(fix[0] ?? why, width)];
}

function clock(time: string, now: number): string {
  return clockOrDay(Date.parse(time), now);
}
