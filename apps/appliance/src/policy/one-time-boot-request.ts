import { builtinCheck } from "../catalogue/boot-check.ts";
import { checkScript, checkUrl } from "../config/boot-values.ts";
import type { Problem } from "../config/faults.ts";
import { checkBootFile, checkImage, checkMachine } from "../config/values.ts";
import { checkMachineId, machineIdOf } from "./machine-names.ts";
import type { OneTimeBootAction } from "./one-time-boot.ts";

/** A request for a one-time boot, not checked yet. */
export interface OneTimeBootRequest {
  readonly mac: string;
  readonly file?: string | undefined;
  readonly server?: string | undefined;
  readonly url?: string | undefined;
  readonly script?: string | undefined;
  readonly image?: string | undefined;
  readonly ignore?: boolean | undefined;
}

export type OneTimeBootRequestResult =
  | { readonly ok: true; readonly mac: string; readonly action: OneTimeBootAction }
  | { readonly ok: false; readonly fault: Problem };

/** Checks a one-time boot by the rules of the config file. */
export function readOneTimeBootRequest({
  mac,
  file,
  server,
  url,
  script,
  image,
  ignore,
}: OneTimeBootRequest): OneTimeBootRequestResult {
  const wrongMac = checkMachineId(mac);
  if (wrongMac !== undefined) return { ok: false, fault: wrongMac };
  const given = { file, url, script, image };
  const named = Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  const fault =
    (named.length === 0 && ignore !== true ? nothing : undefined) ??
    (named.length > 0 && ignore === true ? contradiction(named[0] ?? "") : undefined) ??
    (server !== undefined && file === undefined ? serverAlone : undefined) ??
    (server !== undefined && file === builtinCheck ? checkElsewhere : undefined) ??
    checkIf(checkBootFile, file) ??
    checkIf(checkMachine, server) ??
    checkIf(checkUrl, url) ??
    checkIf(checkScript, script) ??
    (image !== undefined && named.length > 1 ? withImage(named.find((key) => key !== "image") ?? "") : undefined) ??
    checkIf(checkImage, image);
  if (fault !== undefined) return { ok: false, fault };
  return {
    ok: true,
    mac: machineIdOf(mac),
    action: {
      ...(file === undefined ? {} : { file }),
      ...(server === undefined ? {} : { server }),
      ...(url === undefined ? {} : { url }),
      ...(script === undefined ? {} : { script }),
      ...(image === undefined ? {} : { image }),
      ...(ignore === true ? { ignore } : {}),
    },
  };
}

const nothing: Problem = {
  code: "E030",
  problem: "no action given",
  allowed: "Use file, url, script, image or ignore",
};

const checkElsewhere: Problem = {
  code: "E031",
  problem: "another machine cannot serve the boot check",
  allowed: "Keep one of the two",
};

const serverAlone: Problem = {
  code: "E031",
  problem: "server needs file",
  allowed: "Set file to the path there",
};

function contradiction(key: string): Problem {
  return {
    code: "E031",
    problem: `ignore and ${key} exclude each other`,
    allowed: "Keep one of the two",
  };
}

function withImage(key: string): Problem {
  return {
    code: "E031",
    problem: `image and ${key} exclude each other`,
    allowed: "Keep one of the two",
  };
}

function checkIf(check: (value: string) => Problem | undefined, value: string | undefined): Problem | undefined {
  return value === undefined ? undefined : check(value);
}
