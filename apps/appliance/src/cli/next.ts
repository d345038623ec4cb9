import { quote } from "@bootlace/dhcp-core";
import type { ApiOneTimeBoot, ApiOneTimeBoots } from "../api-model/types.ts";
import { clockOrDay } from "../log/pretty.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { readOneTimeBootRequest } from "../policy/one-time-boot-request.ts";
import { type Api, type ApiResult, apiOptions, connectApi, failWith } from "./api-client.ts";
import { type Arguments, type Command, lastValue, type Surroundings } from "./command.ts";
import { machineNamed } from "./machine.ts";
import { inertText, printError, printJson } from "./output.ts";

export const next: Command = {
  name: "next",
  summary: "Tell a machine what to boot at its next boot, and only then",
  positionals: [
    { name: "MAC|NAME", description: "The machine, by MAC address or name. Without it: show what machines were told." },
  ],
  options: [
    { name: "file", value: "FILE", description: "Boot this file, a path below the root." },
    { name: "server", value: "ADDRESS", description: "TFTP server that has the file, if it is another machine." },
    { name: "url", value: "URL", description: "Boot this URL, for clients that boot by HTTP." },
    { name: "script", value: "FILE", description: "Run this iPXE script: a path below the root, or a URL." },
    { name: "ignore", description: "Do not answer, so that it boots from its disk." },
    { name: "clear", description: "Take back what the machine was told." },
    { name: "json", description: "Print one JSON document instead of lines." },
    ...apiOptions,
  ],
  examples: [
    ["bootlace next 52:54:00:12:34:56 --file install/pxelinux.0", "install it once, then as always"],
    ["bootlace next 52:54:00:12:34:56 --ignore", "let it boot from its disk once"],
    ["bootlace next", "what waits"],
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

const requests = ["file", "server", "url", "script", "ignore", "clear"] as const;

async function showAll(api: Api, args: Arguments, json: boolean, surroundings: Surroundings): Promise<number> {
  const stray = requests.find((name) => args.options.has(name));
  if (stray !== undefined) {
    printError(
      surroundings,
      "next",
      { code: "usage", message: `--${stray} needs a MAC address: which machine?` },
      json,
    );
    return exitCodes.usage;
  }
  const result = await api.call<ApiOneTimeBoots>("GET", "/api/v1/next");
  if (!result.ok) return failWith(result, "next", json, surroundings);
  if (json) printJson(surroundings, { ...result.value });
  else if (result.value.next.length === 0) surroundings.out("no machine was told anything\n");
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
    ignore: args.options.has("ignore") ? true : undefined,
  };
  // The same rules as the daemon's, told before anybody is asked. Which machine is meant, the daemon knows.
  const read = readOneTimeBootRequest({ ...(clear ? { ignore: true } : request), mac: anyMac });
  const stray = clear ? requests.find((name) => name !== "clear" && args.options.has(name)) : undefined;
  if (!read.ok || stray !== undefined) {
    const message = read.ok ? `--clear takes back what was told, and --${stray} tells something` : read.fault.problem;
    const hint = read.ok ? undefined : read.fault.allowed;
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
  else if (result.value === undefined) surroundings.out(`${inertText(machine)} boots as always\n`);
  else {
    surroundings.out(`${entryLine(result.value, surroundings.now())}\n`);
    for (const warning of result.value.warnings ?? [])
      surroundings.err(`bootlace next: warning: ${inertText(warning)}\n`);
  }
  return exitCodes.ok;
}

function entryLine(entry: ApiOneTimeBoot, now: number): string {
  const { mac, host, file, server, url, script, ignore, setAt, takenAt } = entry;
  const what = [
    ...(file === undefined ? [] : [`${quote(file)}${server === undefined ? "" : ` from ${quote(server)}`}`]),
    ...(url === undefined ? [] : [quote(url)]),
    ...(script === undefined ? [] : [`script ${quote(script)}`]),
    ...(ignore === true ? ["no answer"] : []),
  ];
  const since =
    takenAt === undefined
      ? `told ${clockOrDay(Date.parse(setAt), now)}`
      : `booting since ${clockOrDay(Date.parse(takenAt), now)}`;
  return `${host === undefined ? mac : `${inertText(host)} (${mac})`} gets ${what.join(", ")} at its next boot, ${since}`;
}
