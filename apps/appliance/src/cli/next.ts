import { quote } from "@bootlace/dhcp-core";
import type { ApiOneTimeBoot, ApiOneTimeBoots } from "../api-model/types.ts";
import { inertText } from "../catalogue/inert-text.ts";
import type { Problem } from "../config/faults.ts";
import { clockOrDay } from "../log/pretty.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { readOneTimeBootRequest } from "../policy/one-time-boot-request.ts";
import { type Api, type ApiResult, apiOptions, connectApi, failWith } from "./api-client.ts";
import { type Arguments, type Command, lastValue, type Surroundings } from "./command.ts";
import { machineNamed } from "./machine.ts";
import { printError, printJson } from "./output.ts";

export const next: Command = {
  name: "next",
  summary: "Set, list or cancel one-time boots",
  positionals: [
    { name: "MAC|NAME", description: "MAC address or name of the machine. Without it: list one-time boots." },
  ],
  options: [
    { name: "file", value: "FILE", description: "Boot this file, a path in the boot folder." },
    { name: "server", value: "ADDRESS", description: "Boot the file from this TFTP server instead." },
    { name: "url", value: "URL", description: "Boot this URL (HTTP Boot clients)." },
    { name: "script", value: "FILE", description: "Run this iPXE script: a path in the boot folder, or a URL." },
    { name: "image", value: "NAME", description: "Boot this disc image, or NAME/ENTRY of its menu." },
    { name: "ignore", description: "Ignore the machine, so that it boots from its disk." },
    { name: "clear", description: "Cancel the pending one-time boot." },
    { name: "json", description: "Print one JSON document instead of lines." },
    ...apiOptions,
  ],
  examples: [
    ["bootlace next 52:54:00:12:34:56 --file install/pxelinux.0", "install it once"],
    ["bootlace next 52:54:00:12:34:56 --image debian-live", "boot a disc image once"],
    ["bootlace next 52:54:00:12:34:56 --ignore", "boot it from disk once"],
    ["bootlace next", "list the pending one-time boots"],
  ],
  async run(args, surroundings) {
    const json = args.options.has("json");
    const api = connectApi(args, surroundings);
    if (!api.ok) return failWith(api, "next", json, surroundings);
    const mac = args.positionals[0];
    return mac === undefined
      ? showAll(api.value, args, json, surroundings)
      : report(api.value, mac, args, json, surroundings);
  },
};

/** What is to be done is checked without the machine. */
const anyMac = "02:00:00:00:00:01";

const requests = ["file", "server", "url", "script", "image", "ignore", "clear"] as const;

async function showAll(api: Api, args: Arguments, json: boolean, surroundings: Surroundings): Promise<number> {
  const stray = requests.find((name) => args.options.has(name));
  if (stray !== undefined) {
    printError(surroundings, "next", { code: "usage", message: `--${stray} needs a MAC address` }, json);
    return exitCodes.usage;
  }
  const result = await api.call<ApiOneTimeBoots>("GET", "/api/v1/next");
  if (!result.ok) return failWith(result, "next", json, surroundings);
  if (json) printJson(surroundings, { ...result.value });
  else if (result.value.next.length === 0) surroundings.out("no one-time boots pending\n");
  else for (const entry of result.value.next) surroundings.out(`${entryLine(entry, surroundings.now())}\n`);
  return exitCodes.ok;
}

async function report(
  api: Api,
  mac: string,
  args: Arguments,
  json: boolean,
  surroundings: Surroundings,
): Promise<number> {
  const clear = args.options.has("clear");
  const request = {
    mac,
    file: lastValue(args, "file"),
    server: lastValue(args, "server"),
    url: lastValue(args, "url"),
    script: lastValue(args, "script"),
    image: lastValue(args, "image"),
    ignore: args.options.has("ignore") ? true : undefined,
  };
  // Checked by the daemon's rules, before a request is sent. The daemon knows which machine is meant.
  const read = readOneTimeBootRequest({ ...(clear ? { ignore: true } : request), mac: anyMac });
  const stray = clear ? requests.find((name) => name !== "clear" && args.options.has(name)) : undefined;
  if (!read.ok || stray !== undefined) {
    const message = read.ok ? `--clear and --${stray} exclude each other` : inFlags(read.fault);
    const hint = read.ok ? undefined : inFlags({ ...read.fault, problem: read.fault.allowed ?? "" }) || undefined;
    printError(surroundings, "next", { code: "usage", message, ...(hint === undefined ? {} : { hint }) }, json);
    return exitCodes.usage;
  }
  const meant = await machineNamed(api, mac, "", true);
  if (!meant.ok) return failWith(meant, "next", json, surroundings);
  const { host, ids } = meant.machine;
  const machine = host ?? ids[0] ?? mac;
  const result: ApiResult<ApiOneTimeBoot | undefined> = clear
    ? await api.call("DELETE", `/api/v1/next/${encodeURIComponent(machine)}`)
    : await api.call("POST", "/api/v1/next", { mac: machine, ...read.action });
  if (!result.ok) return failWith(result, "next", json, surroundings);
  if (json)
    printJson(
      surroundings,
      result.value === undefined
        ? { mac: ids[0] ?? mac, ...(host === undefined ? {} : { host }), cleared: true }
        : { ...result.value },
    );
  else if (result.value === undefined) surroundings.out(`${inertText(machine)} boots normally again\n`);
  else {
    surroundings.out(`${entryLine(result.value, surroundings.now())}\n`);
    for (const warning of result.value.warnings ?? [])
      surroundings.err(`bootlace next: warning: ${inertText(warning)}\n`);
  }
  return exitCodes.ok;
}

function entryLine(entry: ApiOneTimeBoot, now: number): string {
  const { mac, host, file, server, url, script, image, ignore, setAt, takenAt } = entry;
  const what = [
    ...(file === undefined ? [] : [`${quote(file)}${server === undefined ? "" : ` from ${quote(server)}`}`]),
    ...(url === undefined ? [] : [quote(url)]),
    ...(script === undefined ? [] : [`script ${quote(script)}`]),
    ...(image === undefined ? [] : [`disc image ${quote(image)}`]),
  ];
  const since =
    takenAt === undefined
      ? `set ${clockOrDay(Date.parse(setAt), now)}`
      : `booting since ${clockOrDay(Date.parse(takenAt), now)}`;
  const does = ignore === true ? "will be ignored" : `gets ${what.join(", ")}`;
  return `${host === undefined ? mac : `${inertText(host)} (${mac})`} ${does} once, at its next boot (${since})`;
}

/** The words of a fault about several fields, as flags of the command line. */
function inFlags({ code, problem }: Problem): string {
  const ofFields = code === "E030" || code === "E031";
  return ofFields ? problem.replaceAll(/\b(?:file|server|url|script|image|ignore)\b/g, "--$&") : problem;
}
