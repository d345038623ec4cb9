import { quote } from "@bootlace/dhcp-core";
import type { ApiBootSummary, ApiStatus } from "../api-model/types.ts";
import { localTime } from "../log/pretty.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { apiOptions, connectApi, failWith } from "./api-client.ts";
import type { Command } from "./command.ts";
import { inertText, printJson } from "./output.ts";

export const status: Command = {
  name: "status",
  summary: "Show what the running daemon does, and the latest boots",
  options: [{ name: "json", description: "Print one JSON document instead of lines." }, ...apiOptions],
  examples: [
    ["bootlace status", "the daemon of this machine"],
    ["bootlace status --json --api http://192.168.11.109:8067 --token-file token", "that of another one"],
  ],
  async run(args, surroundings) {
    const json = args.options.has("json");
    const api = connectApi(args, surroundings);
    const result = api.ok ? await api.value.call<ApiStatus>("GET", "/api/v1/status") : api;
    if (!result.ok) return failWith(result, "status", json, surroundings);
    const { value } = result;
    if (json) printJson(surroundings, { ...value });
    else for (const line of statusLines(value)) surroundings.out(`${inertText(line)}\n`);
    return value.ready ? exitCodes.ok : exitCodes.findings;
  },
};

function statusLines(status: ApiStatus): string[] {
  const { version, ready, reasons, interfaces, uptimeSeconds, config, bootCheck, transfers, history } = status;
  const served = interfaces.map(({ name, address }) => `${plain(name)} ${address}`).join(", ");
  const active = { tftp: transfers.tftp, http: transfers.http } as Readonly<Record<string, number>>;
  const services = status.endpoints.map(({ service, address, port }) => {
    const busy = active[service];
    return `${service} ${address}:${port}${busy === undefined || busy === 0 ? "" : ` (${busy} active)`}`;
  });
  const reload = config.lastReload;
  return [
    `${ready ? "serving" : "not ready"}  ${served || "no interface"}  up ${duration(uptimeSeconds)}  bootlace ${version}`,
    `ports    ${services.join("  ") || "none"}`,
    `config   ${config.file === undefined ? "defaults" : plain(config.file)}, since ${clock(config.loadedAt)}`,
    ...(bootCheck.length === 0 ? [] : [`check    no boot file for ${bootCheck.join(", ")}: they get the boot check`]),
    ...reasons.map((reason) => `missing  ${reason}`),
    ...(reload === undefined || reload.ok
      ? []
      : [
          `reload   failed at ${clock(reload.at)}, the old config is in force`,
          ...reload.faults.map((fault) => `         ${fault}`),
        ]),
    ...(history.writable ? [] : [`history  not kept: ${history.problem ?? "no folder for it"}`]),
    ...status.boots.map(bootLine),
  ];
}

function bootLine({ startedAt, lastAt, mac, address, arch, outcome, bootFile, verdict }: ApiBootSummary): string {
  const who = mac ?? address ?? "unknown";
  const file = bootFile === undefined ? "" : ` ${quote(bootFile)}`;
  const seconds = duration((Date.parse(lastAt) - Date.parse(startedAt)) / 1000);
  const why = verdict === undefined || outcome === "booted" ? "" : `: ${verdict.sentence}`;
  return `boot     ${clock(startedAt)}  ${who}  ${arch ?? "unknown"}  ${outcome}${file}  ${seconds}${why}`;
}

function clock(time: string): string {
  return localTime(Date.parse(time)).slice(0, 19);
}

function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const days = Math.floor(whole / 86_400);
  const hours = Math.floor((whole % 86_400) / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  if (days > 0) return `${days}d ${hours}h`;
  if (hours > 0) return `${hours}h ${minutes}m`;
  return minutes > 0 ? `${minutes}m ${whole % 60}s` : `${whole}s`;
}

function plain(text: string): string {
  return /^[\w.@:/-]+$/.test(text) ? text : quote(text);
}
