import type { BootClient } from "@bootlace/proxy-dhcp";
import { plainName } from "../catalogue/file-role.ts";
import { imageNames, readImageChoice } from "../catalogue/images.ts";

/** What a machine gets for one boot in place of what its rule says. */
export interface OneTimeBootAction {
  readonly file?: string;
  readonly server?: string;
  readonly url?: string;
  readonly script?: string;
  /** A disc image, as `NAME` or `NAME/ENTRY`. */
  readonly image?: string;
  readonly ignore?: true;
}

export interface OneTimeBoot {
  /** Lower case, with colons; the client identifier of a machine that has no MAC address. */
  readonly mac: string;
  /** Its name under `hosts`; for who looks at it, and not kept. */
  readonly host?: string;
  readonly action: OneTimeBootAction;
  /** Unix time in milliseconds, like `takenAt`. */
  readonly setAt: number;
  /** When a boot began to use it. */
  readonly takenAt?: number;
  /** False: its file comes from elsewhere, so that only time shows when the boot is over. */
  readonly visible?: boolean;
}

/** Every one-time boot by MAC address. */
export type OneTimeBoots = ReadonlyMap<string, OneTimeBoot>;

/** What happens to one-time boots. `at` is Unix time in milliseconds. */
export type OneTimeBootEvent =
  | { readonly type: "set"; readonly time: number; readonly mac: string; readonly action: OneTimeBootAction }
  | { readonly type: "removed"; readonly mac: string }
  /** The machine asked and got the one-time boot as its answer, be it silence. */
  | { readonly type: "answered"; readonly time: number; readonly mac: string; readonly visible: boolean }
  /** A file was sent whole, or was requested but not found. `mac` is absent when nobody knows whose address it was. */
  | { readonly type: "fetched"; readonly file: string; readonly mac?: string };

/**
 * Milliseconds for which requests belong to the boot that began with the first answer, when its files are fetched
 * elsewhere. edk2 asks for the last time after 28 s (Dhcp4Dxe: 4, 8, 16, 32) and BINL takes 10 s more.
 */
export const oneBoot = 60_000;

/** Machines that may wait at once; the oldest entry goes first. */
const mostEntries = 4096;

/** The next state. Pure; returns the same object when nothing changes, so that the caller knows what to write. */
export function stepOneTimeBoots(state: OneTimeBoots, event: OneTimeBootEvent): OneTimeBoots {
  switch (event.type) {
    case "set": {
      const { mac, action, time } = event;
      const rest = [...state].filter(([known]) => known !== mac);
      return new Map([...rest.slice(-(mostEntries - 1)), [mac, { mac, action, setAt: time }]]);
    }
    case "removed":
      return without(state, event.mac);
    case "answered": {
      const entry = state.get(event.mac);
      if (entry === undefined) return state;
      if (isOver(entry, event.time)) return without(state, event.mac);
      if (entry.takenAt !== undefined) return state;
      return new Map(state).set(event.mac, { ...entry, takenAt: event.time, visible: event.visible });
    }
    case "fetched": {
      const mac = event.mac ?? ownerOf(state, event.file);
      const entry = mac === undefined ? undefined : state.get(mac);
      return entry?.takenAt !== undefined && isItsFile(entry, event.file) ? without(state, entry.mac) : state;
    }
  }
}

/**
 * What a machine that asks now is to get. Asking changes nothing: the size probe, retries and the second request on the
 * PXE port all get the same.
 */
export function oneTimeBootFor(
  state: OneTimeBoots,
  mac: string | undefined,
  now: number,
): OneTimeBootAction | undefined {
  const entry = mac === undefined ? undefined : state.get(mac);
  return entry === undefined || isOver(entry, now) ? undefined : entry.action;
}

/** One-shots that still wait or are being used. */
export function openEntries(state: OneTimeBoots, now: number): readonly OneTimeBoot[] {
  return [...state.values()].filter((entry) => !isOver(entry, now));
}

/** A boot whose files we serve is over when the file was sent; any other after a while. */
function isOver({ takenAt, visible }: OneTimeBoot, now: number): boolean {
  return takenAt !== undefined && visible === false && (now - takenAt > oneBoot || now < takenAt);
}

/** Whether the file is the one that the one-time boot names, however the client wrote it. */
function isItsFile({ action, visible }: OneTimeBoot, file: string): boolean {
  const wanted = action.script ?? action.file ?? action.url;
  if (visible === true && action.image !== undefined) return isOfImage(action.image, plainPath(file));
  return visible === true && wanted !== undefined && plainPath(wanted) === plainPath(file);
}

/** The script that starts an image, or a file of it: a loader without scripts takes its kernel. */
function isOfImage(image: string, path: string): boolean {
  const choice = readImageChoice(image);
  if (choice === undefined) return false;
  const { id } = choice;
  const names = [imageNames.script(choice), imageNames.whole(id)].map((name) => name.toLowerCase());
  return names.includes(path) || path.startsWith(`${imageNames.tree(id).toLowerCase()}/`);
}

function ownerOf(state: OneTimeBoots, file: string): string | undefined {
  const taken = [...state.values()].filter((entry) => entry.takenAt !== undefined && isItsFile(entry, file));
  return taken.length === 1 ? taken[0]?.mac : undefined;
}

/** Clients add slashes, turn them, and change the case (see the boot tree, which ignores case as well). */
function plainPath(name: string): string {
  return plainName(name.replace(/^https?:\/\/[^/]*/i, "")).toLowerCase();
}

function without(state: OneTimeBoots, mac: string): OneTimeBoots {
  if (!state.has(mac)) return state;
  return new Map([...state].filter(([known]) => known !== mac));
}

/** Whether this server sees the machine fetch what it boots. @param isOurs whether an address is that of this server */
export function isServedHere(
  { ignore, server, file, url, script }: OneTimeBootAction,
  client: Pick<BootClient, "firmware">,
  isOurs: (address: string) => boolean,
): boolean {
  if (ignore === true || client.firmware === "raspberry-pi") return false;
  if (server !== undefined && !isOurs(server)) return false;
  const wanted = script ?? file ?? url ?? "";
  const host = /^[a-z]+:\/\/([^/:]+)/i.exec(wanted)?.[1];
  return host === undefined || host === "{address}" || isOurs(host);
}
