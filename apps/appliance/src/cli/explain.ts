import { quote } from "@bootlace/dhcp-core";
import { readOneTimeBootFile } from "../app/one-time-boot-file.ts";
import { decisionContext } from "../app/services/dhcp.ts";
import { scanRoot } from "../boot-files/scan.ts";
import { growTree } from "../catalogue/tree.ts";
import { faultRow, formatFault } from "../config/faults.ts";
import { type LoadedConfig, loadConfig } from "../config/load.ts";
import { chooseInterfaces, explainNoInterface } from "../net/interfaces.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { bootRequest } from "../policy/boot-request.ts";
import { describedByHosts } from "../policy/described-by-hosts.ts";
import { type ExplainResult, explainRequest, requestHint } from "../policy/explain.ts";
import { createPolicy } from "../policy/policy.ts";
import { type Arguments, type Command, lastValue, type Surroundings } from "./command.ts";
import { configOption, flagsOf, settingOptions } from "./config-options.ts";
import { type CommandError, printError, printJson } from "./output.ts";

export const explain: Command = {
  name: "explain",
  summary: "Show the reply a machine would get, and why",
  options: [
    { name: "mac", short: "m", value: "MAC|NAME", description: "MAC address or name of the machine. Required." },
    {
      name: "arch",
      short: "a",
      value: "ARCH",
      description: "Architecture: name, number, bios, uefi, pi. Default: x86-bios",
    },
    { name: "user-class", value: "TEXT", many: true, description: "User class (option 77), such as iPXE." },
    {
      name: "vendor-class",
      value: "TEXT",
      description: "Vendor class (option 60). Default: that of the architecture.",
    },
    { name: "uuid", value: "UUID", description: "Machine UUID (option 97)." },
    { name: "serial", value: "HEX", description: "Serial number of a Raspberry Pi, 8 hex digits." },
    { name: "relay", value: "ADDRESS", description: "Relay agent that forwards the request." },
    {
      name: "port",
      value: "PORT",
      description: "67: DISCOVER. 4011: the REQUEST after the offer. Default: 67",
    },
    { name: "item", value: "TYPE", description: "With --port 4011: type of the chosen menu item." },
    { name: "on", value: "NAME", description: "Show only the reply on this interface." },
    { name: "json", description: "Print one JSON document instead of lines." },
    configOption,
    ...settingOptions,
  ],
  examples: [
    ["bootlace explain --mac 52:54:00:12:34:56 --arch x64-uefi", "a PC with UEFI firmware"],
    ["bootlace explain -m 52:54:00:12:34:56 --user-class iPXE", "the same PC once it runs iPXE"],
    ["bootlace explain -m 52:54:00:12:34:56 --port 4011 --json", "its second request, for a script"],
  ],
  async run(args, surroundings) {
    const json = args.options.has("json");
    const request = requestOf(args);
    const flags = flagsOf(args);
    if (!request.ok || !flags.ok) {
      const message = request.ok ? (flags.ok ? "" : flags.problem) : request.problem;
      printError(surroundings, "explain", { code: "usage", message }, json);
      return exitCodes.usage;
    }
    const { cwd, env } = surroundings;
    const file = lastValue(args, "config");
    const result = loadConfig({ cwd, env, flags: flags.flags, ...(file === undefined ? {} : { file }) });
    if (!result.ok) {
      if (json)
        printJson(surroundings, {
          error: { code: "config", message: "the config has errors" },
          faults: result.faults.map(faultRow),
        });
      else for (const fault of result.faults) surroundings.err(`${formatFault(fault)}\n`);
      return exitCodes.config;
    }
    const explained = await explainOffline(result.loaded, request.request, surroundings);
    if (!explained.ok) {
      printError(surroundings, "explain", errorOf(explained), json);
      return "exit" in explained ? explained.exit : exitCodes.usage;
    }
    if (json) printJson(surroundings, { request: { hex: explained.hex }, ...explained.explanation });
    else printLines(explained, surroundings);
    return exitCodes.ok;
  },
};

type Described = Parameters<typeof explainRequest>[0];

function requestOf(args: Arguments): { ok: true; request: Described } | { ok: false; problem: string } {
  const mac = lastValue(args, "mac");
  if (mac === undefined) return { ok: false, problem: "--mac is missing" };
  const port = lastValue(args, "port") ?? "67";
  if (!["67", "dhcp", "4011", "pxe"].includes(port)) return { ok: false, problem: "--port is 67 or 4011" };
  const item = lastValue(args, "item");
  if (item !== undefined && !(Number.isInteger(Number(item)) && Number(item) >= 0 && Number(item) <= 0xffff)) {
    return { ok: false, problem: "--item is a number from 0 to 65535" };
  }
  const pxe = port === "4011" || port === "pxe";
  if (item !== undefined && !pxe) return { ok: false, problem: "--item needs --port 4011" };
  return {
    ok: true,
    request: {
      mac,
      arch: lastValue(args, "arch"),
      userClass: args.options.get("user-class"),
      vendorClass: lastValue(args, "vendor-class"),
      uuid: lastValue(args, "uuid"),
      serial: lastValue(args, "serial"),
      relay: lastValue(args, "relay"),
      interface: lastValue(args, "on"),
      port: pxe ? "pxe" : "dhcp",
      ...(item === undefined ? {} : { item: Number(item) }),
    },
  };
}

/** The error, naming flags of the command line. */
function errorOf(failure: Extract<OfflineResult, { ok: false }>): CommandError {
  if ("exit" in failure) return { code: "interface", message: failure.problem };
  const { field, problem } = failure;
  const flag = field === undefined ? "" : `--${field === "interface" ? "on" : field} `;
  const hint = requestHint(failure);
  return { code: "request", message: `${flag}${problem}`, ...(hint === undefined ? {} : { hint }) };
}

/** `exit`: no request can be explained on this machine. */
type OfflineResult = ExplainResult | { readonly ok: false; readonly exit: number; readonly problem: string };

/** Uses the config, boot folder and one-time boots on disk; the daemon need not run. */
export async function explainOffline(
  { config }: LoadedConfig,
  request: Described,
  surroundings: Surroundings,
): Promise<OfflineResult> {
  const { now, networkInterfaces } = surroundings;
  // An error in the request is reported first, on any machine.
  const described = describedByHosts(request, config.hosts);
  if ("problem" in described) return { ok: false, field: "mac", ...described };
  const made = bootRequest(described);
  if (!made.ok) return made;
  const names = config.interfaces;
  const present = networkInterfaces();
  const { served, leftOut } = chooseInterfaces(present, { names, subnets: config.subnets });
  if (served.length === 0) {
    const problem = names.length > 0 ? explainNoInterface(names, present, leftOut) : "no interface to serve";
    return { ok: false, exit: exitCodes.start, problem };
  }
  const policy = createPolicy(config, { now, macOf: () => undefined, keepOneTimeBoots: () => {} });
  const scan = await scanRoot(config.root);
  policy.adoptTree(growTree(scan.ok ? scan.files : []));
  policy.adoptInterfaces(served);
  const kept = config.state.directory === undefined ? undefined : readOneTimeBootFile(config.state.directory);
  if (kept?.ok) policy.adoptOneTimeBoots(kept.state);
  return explainRequest(request, {
    context: decisionContext(config, policy.choose, served),
    book: policy.book(),
    hosts: config.hosts,
  });
}

function printLines({ explanation }: Extract<ExplainResult, { ok: true }>, { out }: Surroundings) {
  out(`${explanation.text}\n`);
  for (const { name, matched, why } of explanation.rules) {
    out(`  ${matched ? "yes" : "no "}  ${quote(name)}: ${why}\n`);
  }
  for (const { interface: name, from, to, lines, hex } of explanation.replies) {
    out(`\nreply on ${name} from ${from} to ${to}\n${lines.map((line) => `  ${line}\n`).join("")}`);
    out(`${(hex.match(/.{1,64}/g) ?? []).map((part) => `  ${part}\n`).join("")}`);
  }
}
