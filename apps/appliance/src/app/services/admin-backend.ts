import { architectureByCode, quote } from "@bootlace/dhcp-core";
import type { AdminBackend, Fulfilled, Refusal } from "../../admin/backend.ts";
import { imageSummaryView, imageView } from "../../api-model/image-views.ts";
import type { ApiBoots, ApiFiles, ApiOneTimeBoot, ApiStatus } from "../../api-model/types.ts";
import { isoTime } from "../../api-model/views.ts";
import { stillReading } from "../../boot-files/scan.ts";
import { builtinCheck, checkedArchitectures } from "../../catalogue/boot-check.ts";
import type { ImagesSnapshot } from "../../catalogue/images.ts";
import type { BootTree } from "../../catalogue/tree.ts";
import { effectiveRows } from "../../config/effective.ts";
import { faultRow, formatFault, hintOf, type Problem } from "../../config/faults.ts";
import { originText } from "../../config/overlay.ts";
import { look } from "../../file-check/files.ts";
import type { BootQuery } from "../../history/history-store.ts";
import { imageFolders, servesImages } from "../../images/image-folders.ts";
import { imageOnMachines } from "../../images/menu/machine-kinds.ts";
import type { MenuServer } from "../../images/menu/place.ts";
import type { InterfaceChoice } from "../../net/interfaces.ts";
import { requestHint } from "../../policy/explain.ts";
import type { OneTimeBoot } from "../../policy/one-time-boot.ts";
import type { Observer } from "../../telemetry/observer.ts";
import type { Appliance } from "../types.ts";
import { version } from "../version.ts";
import { ageOf } from "./age.ts";

/** What the API needs of the appliance. */
export interface BackendRoom {
  readonly appliance: () => Pick<Appliance, "reload" | "explain" | "next" | "machinesNamed" | "endpoints" | "config">;
  readonly observer: () => Observer;
  readonly choice: () => InterfaceChoice;
  readonly tree: () => BootTree;
  /** Why the root is not readable. */
  readonly rootProblem: () => string | undefined;
  /** Folders of boot files that do not answer. */
  readonly silentFolders: () => readonly string[];
  readonly images: () => ImagesSnapshot;
  /** Where the API is to be served and is not. */
  readonly apiMissing: () => readonly string[];
  readonly tftpActive: () => number;
  /** Resolves when one-time boots are on the disk; gives why they are not. */
  readonly oneTimeBootsKept: () => Promise<string | undefined>;
  readonly now: () => number;
}

const shownBoots = 10;

/** The operations of the API, performed by the appliance itself. */
export function adminBackend(room: BackendRoom): AdminBackend {
  const { observer, now } = room;
  const age = ageOf(now, () => performance.now());

  function readiness() {
    const { config } = room.appliance().config().loaded;
    const bound = new Set(
      room
        .appliance()
        .endpoints()
        .map(({ service }) => service),
    );
    const wanted = [
      ["dhcp", config.dhcp.enabled && config.dhcp.mode === "full"],
      ["pxe", config.dhcp.enabled],
      ["tftp", config.tftp.enabled],
      ["http", config.http.enabled],
    ] as const;
    const reasons = wanted.flatMap(([service, on]) =>
      on && !bound.has(service) ? [`${service}: no port is bound`] : [],
    );
    for (const place of room.apiMissing()) reasons.push(`admin: ${place} is not bound`);
    const { served, missing } = room.choice();
    if (served.length === 0) reasons.push("no interface to serve");
    for (const name of missing) reasons.push(`interface ${quote(name)} is missing`);
    const root = room.rootProblem();
    if (root !== undefined) reasons.push(rootReason(root));
    for (const folder of room.silentFolders()) reasons.push(`${folder} does not answer`);
    return { ready: reasons.length === 0, reasons };
  }

  async function status(): Promise<ApiStatus> {
    const { loaded, loadedAt, lastReload } = room.appliance().config();
    const watched = observer();
    return {
      schema: 1,
      version,
      ...age(),
      ...readiness(),
      endpoints: [...room.appliance().endpoints()],
      interfaces: room.choice().served.map(({ name, address }) => ({ name, address })),
      config: {
        ...(loaded.file === undefined ? {} : { file: loaded.file }),
        loadedAt: isoTime(loadedAt),
        ...(lastReload === undefined
          ? {}
          : {
              lastReload: {
                at: isoTime(lastReload.time),
                ok: lastReload.result.ok,
                faults: lastReload.result.ok ? [] : lastReload.result.faults.map(formatFault),
              },
            }),
      },
      bootCheck: checkedArchitectures(room.tree(), loaded.config.bootCheck),
      transfers: { tftp: room.tftpActive(), http: watched.httpActive() },
      history: await watched.history(),
      boots: (await watched.boots({ limit: shownBoots })).boots,
    };
  }

  /** Of a client that is an address, or the name of a machine: of all that it is known by. */
  async function boots(query: BootQuery): Promise<Fulfilled<ApiBoots>> {
    const { client, ...others } = query;
    const { hosts } = room.appliance().config().loaded.config;
    if (client === undefined || (!Object.hasOwn(hosts, client) && isAddress(client))) {
      const plain = client === undefined ? query : { ...query, client: client.toLowerCase().replaceAll("-", ":") };
      return { ok: true, value: await observer().boots(plain) };
    }
    const named = room.appliance().machinesNamed(client);
    if (!named.ok) {
      if (!Object.hasOwn(hosts, client))
        return { ok: false, refusal: unfit(named.fault, "No machine is named like this") };
      // Known by what the boots themselves say: its UUID or serial number.
      const all = (await observer().boots({ ...others, limit: 1000 })).boots;
      return { ok: true, value: { schema: 1, boots: all.filter(({ host }) => host === client).slice(0, query.limit) } };
    }
    const lists = await Promise.all(named.machines.map((machine) => observer().boots({ ...query, client: machine })));
    const all = lists.flatMap((list) => list.boots);
    all.sort((one, other) => Date.parse(other.startedAt) - Date.parse(one.startedAt));
    return { ok: true, value: { schema: 1, boots: all.slice(0, query.limit) } };
  }

  function files(): ApiFiles {
    const tree = room.tree();
    const problem = room.rootProblem();
    const codes = [...tree.entries.keys(), ...tree.missing.keys()].sort((one, other) => one - other);
    return {
      schema: 1,
      root: room.appliance().config().loaded.config.root,
      ...(problem === undefined ? {} : { problem }),
      architectures: codes.map((code) => {
        const file = tree.entries.get(code)?.file;
        const name = architectureByCode(code)?.name ?? `architecture ${code}`;
        return { code, name, ...(file === undefined ? {} : { file }), lookedFor: [...(tree.missing.get(code) ?? [])] };
      }),
      bootCheck: checkedArchitectures(tree, room.appliance().config().loaded.config.bootCheck),
      ...(tree.script === undefined ? {} : { script: tree.script }),
      ...(tree.uefiScript === undefined ? {} : { uefiScript: tree.uefiScript }),
      ...(tree.raspberryPi === undefined ? {} : { raspberryPi: tree.raspberryPi }),
      unusable: tree.unusable.map(({ path, flaw }) => ({ file: path, flaw })),
      notFound: observer().notFound(),
    };
  }

  function imageServer(): Omit<MenuServer, "address"> {
    const { memdisk, wimboot } = room.tree();
    const bound = (service: string) =>
      room
        .appliance()
        .endpoints()
        .find((each) => each.service === service);
    return { httpPort: bound("http")?.port, tftp: bound("tftp") !== undefined, memdisk, wimboot };
  }

  /** Warnings about the file of a one-time boot that this machine would serve. The file may still be added. */
  async function doubts({ action }: OneTimeBoot): Promise<string[]> {
    const { root, tftp, http, boot } = room.appliance().config().loaded.config;
    const name = action.script ?? action.file;
    // The client's folder is only known when the machine boots.
    const elsewhere = action.server !== undefined || !(tftp.enabled || http.enabled) || boot.some((rule) => rule.root);
    if (name === undefined || elsewhere || name === builtinCheck || /^[a-z][a-z0-9+.-]*:\/\//i.test(name)) return [];
    const found = await look(root, name);
    if (found.kind === "missing") return [`${quote(name)} is not in the root ${root}`];
    return found.kind === "unusable" ? [`${quote(name)} cannot be served: ${found.why}`] : [];
  }

  return {
    status,
    readiness,
    files,
    clients: () => observer().clients(),
    boots,
    boot: (id) => observer().boot(id),
    fetches: () => observer().fetches(),
    images() {
      const { rows, settings } = room.images();
      const { config } = room.appliance().config().loaded;
      const folders = servesImages(config) ? imageFolders(config).map(({ path }) => path) : [];
      return { schema: 1, folders, images: rows.map((row) => imageSummaryView(row, settings.get(row.id))) };
    },
    image(id) {
      const snapshot = room.images();
      const row = snapshot.rows.find((each) => each.id === id);
      if (row === undefined) return undefined;
      return imageView(row, snapshot.settings.get(id), imageOnMachines(snapshot, id, imageServer()));
    },
    config() {
      const { loaded } = room.appliance().config();
      const rows = effectiveRows(loaded);
      return {
        schema: 1,
        ...(loaded.file === undefined ? {} : { file: loaded.file }),
        effective: loaded.config as Record<string, unknown>,
        origins: Object.fromEntries(rows.map(({ path, origin }) => [path, originText(origin)])),
      };
    },
    explain(request) {
      const result = room.appliance().explain(request);
      if (!result.ok) {
        const { field, problem } = result;
        const refusal: Refusal = {
          status: 422,
          code: "cannot-explain",
          title: "Invalid explain request: no client could send it",
          detail: [field === undefined ? problem : `${field}: ${problem}`, requestHint(result)]
            .filter(Boolean)
            .join(". "),
        };
        return { ok: false, refusal };
      }
      const { rules, replies, ...rest } = result.explanation;
      const copied = replies.map(({ lines, ...reply }) => ({ ...reply, lines: [...lines] }));
      return { ok: true, value: { schema: 1, ...rest, rules: [...rules], replies: copied } };
    },
    next: () => ({ schema: 1, next: room.appliance().next.list().map(oneTimeBootView) }),
    async setOneTimeBoot(request) {
      const result = room.appliance().next.set(request);
      if (result.ok) {
        const { entry } = result;
        const unkept = await room.oneTimeBootsKept();
        const forgotten = unkept === undefined ? [] : [`cannot be saved (${unkept}); lost at the next restart`];
        const warnings = [...(await doubts(entry)), ...forgotten];
        return { ok: true, value: { ...oneTimeBootView(entry), ...(warnings.length === 0 ? {} : { warnings }) } };
      }
      return { ok: false, refusal: unfit(result.fault, "Invalid one-time boot") };
    },
    async clearOneTimeBoot(mac) {
      const result = room.appliance().next.remove(mac);
      if (!result.ok) return { ok: false, refusal: unfit(result.fault, "Invalid MAC address") };
      await room.oneTimeBootsKept();
      if (result.removed) return { ok: true, value: undefined };
      return {
        ok: false,
        refusal: { status: 404, code: "next-not-found", title: "No one-time boot is pending for this machine" },
      };
    },
    async reload() {
      const result = await room.appliance().reload();
      return result.ok
        ? { schema: 1, ok: true, faults: [], changed: [...result.changed], later: [...result.later] }
        : { schema: 1, ok: false, faults: result.faults.map(faultRow), changed: [], later: [] };
    },
  };
}

function unfit(fault: Problem, title: string): Refusal {
  const detail = [fault.problem, hintOf(fault)].filter((part) => part !== undefined).join(". ");
  return { status: 422, code: fault.code, title, detail };
}

/** A hardware address of up to 16 bytes (RFC 2131 §2), a client identifier, or an IPv4 address. */
function isAddress(client: string): boolean {
  return /^(?:[0-9a-f]{2}(?:[:-][0-9a-f]{2})*|\d{1,3}(?:\.\d{1,3}){3})$/i.test(client);
}

function oneTimeBootView({ mac, host, action, setAt, takenAt }: OneTimeBoot): ApiOneTimeBoot {
  return {
    mac,
    ...(host === undefined ? {} : { host }),
    ...action,
    setAt: isoTime(setAt),
    ...(takenAt === undefined ? {} : { takenAt: isoTime(takenAt) }),
  };
}

function rootReason(problem: string): string {
  return problem === stillReading ? `the root folder is ${problem}` : `the root folder is not readable: ${problem}`;
}
