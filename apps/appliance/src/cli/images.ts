import { resolve } from "node:path";
import { quote } from "@bootlace/dhcp-core";
import { imageView } from "../api-model/image-views.ts";
import type { ApiImage, ApiImages } from "../api-model/types.ts";
import { inertText } from "../catalogue/inert-text.ts";
import { imageAnywhere } from "../images/menu/machine-kinds.ts";
import { readImage } from "../images/read-image.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { apiOptions, connectApi, failWith } from "./api-client.ts";
import type { Arguments, Command, Surroundings } from "./command.ts";
import { imageLines, imageListLines } from "./image-lines.ts";
import { printError, printJson } from "./output.ts";
import { terminalOf } from "./terminal.ts";

export const images: Command = {
  name: "images",
  summary: "List the disc images, show one, or check an image file",
  positionals: [
    { name: "ACTION", description: "show or check. Without it: list the images." },
    { name: "NAME|FILE", description: "show: the name of an image, as in the list. check: an image file." },
  ],
  options: [{ name: "json", description: "Print one JSON document instead of lines." }, ...apiOptions],
  examples: [
    ["bootlace images", "list the images of the running daemon"],
    ["bootlace images show debian-live", "its entries, arguments and needs"],
    ["bootlace images check debian.iso", "check a file, with or without a daemon"],
  ],
  async run(args, surroundings) {
    const json = args.options.has("json");
    const [action, name] = args.positionals;
    if (action === undefined) return listAll(args, json, surroundings);
    if ((action === "show" || action === "check") && name !== undefined) {
      return action === "show" ? showOne(name, args, json, surroundings) : checkFile(name, json, surroundings);
    }
    const known = { show: "NAME is missing", check: "FILE is missing" };
    const message = Object.hasOwn(known, action)
      ? known[action as keyof typeof known]
      : `unknown action ${quote(action)}`;
    const hint = "Use: bootlace images show NAME, or bootlace images check FILE";
    printError(surroundings, "images", { code: "usage", message, hint }, json);
    return exitCodes.usage;
  },
};

async function listAll(args: Arguments, json: boolean, surroundings: Surroundings): Promise<number> {
  const api = connectApi(args, surroundings);
  const result = api.ok ? await api.value.call<ApiImages>("GET", "/api/v1/images") : api;
  if (!result.ok) return failWith(result, "images", json, surroundings);
  const { value } = result;
  if (json) printJson(surroundings, { ...value });
  else if (value.images.length === 0) surroundings.out(`${noneText(value.folders)}\n`);
  else for (const line of imageListLines(value.images, terminalOf(surroundings))) surroundings.out(`${line}\n`);
  return exitCodes.ok;
}

function noneText(folders: readonly string[]): string {
  if (folders.length === 0) return "disc images are switched off (images.enabled in the config)";
  return `no disc images; copy them into ${folders.map((folder) => inertText(folder)).join(" or ")}`;
}

async function showOne(name: string, args: Arguments, json: boolean, surroundings: Surroundings): Promise<number> {
  const api = connectApi(args, surroundings);
  const path = `/api/v1/images/${encodeURIComponent(name)}`;
  const result = api.ok ? await api.value.call<ApiImage>("GET", path) : api;
  if (!result.ok) return failWith(result, "images", json, surroundings);
  print(result.value, json, surroundings);
  return exitCodes.ok;
}

/** Looks into a file as the daemon does, which need not run. */
async function checkFile(name: string, json: boolean, surroundings: Surroundings): Promise<number> {
  const path = resolve(surroundings.cwd, name);
  const result = await readImage(path);
  if (!result.ok) {
    const message = `${quote(name)}: ${result.problem}`;
    printError(surroundings, "images", { code: "unreadable", message }, json);
    return exitCodes.findings;
  }
  const { row } = result;
  const machines = imageAnywhere({ rows: [row], settings: new Map() }, row.id);
  print(imageView(row, {}, machines), json, surroundings);
  return machines.some(({ boots }) => boots) ? exitCodes.ok : exitCodes.findings;
}

function print(image: ApiImage, json: boolean, surroundings: Surroundings): void {
  if (json) printJson(surroundings, { ...image });
  else for (const line of imageLines(image, terminalOf(surroundings))) surroundings.out(`${line}\n`);
}
