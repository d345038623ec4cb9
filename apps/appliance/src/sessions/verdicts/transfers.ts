import { checkProgramNamed } from "../../catalogue/boot-check.ts";
import { isKernelName, isLoaderName } from "../../catalogue/file-role.ts";
import { notServedOf, reasonOf } from "../file-reason.ts";
import { realPath } from "../real-path.ts";
import type { FileStep } from "../step.ts";
import { afterFile, onlyFirstFile } from "./first-file.ts";
import { archOf, machineFor } from "./machines.ts";
import { type Found, found, type Rule } from "./rule.ts";
import { isUnsigned } from "./secure-boot.ts";
import type { BootView } from "./view.ts";

/** We ourselves turned every request away. */
export const requestsRefused: Rule = {
  id: "B06",
  when(view) {
    const { files } = view;
    const [first] = files;
    if (first === undefined || !files.every(({ outcome }) => outcome === "refused") || !view.silentFor(5_000))
      return undefined;
    return found("requests-refused", "certain", files, { step: notServedOf(first, view.context.root) });
  },
};

/** We answer, and nothing at all comes back. */
export const repliesLost: Rule = {
  id: "B08",
  when(view) {
    const { files, boot, context } = view;
    // A Pi opens a file and walks away to see whether it is there.
    if (boot.firmware === "raspberry-pi" || files.some((file) => file.outcome === "done" || file.outcome === "probe"))
      return undefined;
    if (files.some(({ bytes }) => bytes > 0)) return undefined;
    const ended = files.filter((file) => file.outcome === "aborted" && reasonOf(file)?.verdict === "B08");
    const waiting = files.filter(
      (file) => file.outcome === "running" && file.protocol === "tftp" && context.now - file.time >= 10_000,
    );
    const count = ended.length + waiting.length;
    const [first] = [...ended, ...waiting];
    if (first === undefined) return undefined;
    const likely = ended.length > 0 && (count >= 2 || boot.givenUp || context.now - first.time >= 20_000);
    return found("replies-lost", likely ? "likely" : "guess", [...ended, ...waiting], { file: first.file });
  },
};

/** Small packets arrive, the first large one never does. */
export const largePacketsLost: Rule = {
  id: "B09",
  when(view) {
    const stalled = view.files.filter(
      (file) =>
        file.outcome === "aborted" &&
        reasonOf(file)?.verdict === "B09" &&
        file.bytes === 0 &&
        (file.blockSize ?? 0) >= 1024,
    );
    const [first] = stalled;
    if (first?.blockSize === undefined) return undefined;
    const { blockSize: agreed } = first;
    if (view.done.some(({ blockSize = 0, size = 0 }) => Math.min(blockSize, size) >= agreed)) return undefined;
    const small = view.done.find(({ blockSize = 0, size = 0 }) => blockSize < 1024 || size < 1024);
    const likely = small !== undefined || stalled.length >= 2 || agreed > 1468;
    return found("large-packets-lost", likely ? "likely" : "guess", [...stalled, small], { blockSize: agreed });
  },
};

/** Bytes of a body that need a packet of full size. */
const fullPacket = 1400;
/** Who closes sooner than this was not kept waiting. */
const patience = 5_000;

/** The same by HTTP: requests and small files pass, and of a large one not a byte does. */
export const largeSegmentsLost: Rule = {
  id: "B09",
  when(view) {
    const http = view.files.filter(({ protocol }) => protocol === "http");
    const small = http.find(({ outcome, size = 0 }) => outcome === "done" && size > 0 && size < fullPacket);
    if (small === undefined || http.some(({ bytes }) => bytes >= fullPacket)) return undefined;
    const lost = http.filter(
      ({ outcome, reason, bytes, size = 0, ms = 0 }) =>
        outcome === "aborted" &&
        bytes === 0 &&
        size >= fullPacket &&
        (reason === "timeout" || (reason === "client-closed" && ms >= patience)),
    );
    const last = lost.at(-1);
    if (last === undefined || !view.silentFor(2_000)) return undefined;
    return found("large-segments-lost", "likely", [small, ...lost], { file: last.file, small: small.file });
  },
};

/** Firmware that refuses a program asks again sooner than one that it ran. */
const refusedWithin = 10_000;

/** It looks for the PXE base code of the device that it came from, and HTTP Boot has none (Syslinux, efi/main.c). */
const syslinuxForUefi = /(^|\/)syslinux[^/]*\.efi$/i;

/** The first file is there, and nothing comes of it. */
export const didNotRun: Rule = {
  id: "B12",
  when(view) {
    const file = onlyFirstFile(view);
    if (file === undefined || view.systems.length > 0) return undefined;
    const { back, ipxe } = afterFile(view, file);
    if (ipxe) return undefined;
    const ran = back !== undefined && !isLoaderName(file.file) && back.time - file.lastAt > refusedWithin;
    if (ran && wrongMachine(view, file) === undefined) return undefined;
    const returned = back !== undefined || view.boot.givenUp;
    const wrong = wrongMachine(view, file);
    if (!(returned || view.silentFor(wrong === undefined ? 30_000 : 5_000))) return undefined;
    if (wrong !== undefined) return wrong;
    if (isKernelName(file.file) || fetchedByHand(view, file)) return undefined;
    if (file.protocol === "http" && syslinuxForUefi.test(file.file))
      return found("syslinux-by-http", "likely", [file, back], { file: file.file });
    const likely = returned || isLoaderName(file.file);
    // A program nobody knows may run, and need nothing more.
    if (!likely && view.reply !== undefined) return undefined;
    return found("did-not-run", likely ? "likely" : "guess", [file, back], {
      file: file.file,
      uefi: view.boot.arch?.includes("uefi") === true,
      unsigned: isUnsigned(view, file),
      returned,
      enough: !likely,
    });
  },
};

/** Only Bootlace knows the name of the boot check, and it named it to nobody. */
function fetchedByHand(view: BootView, file: FileStep): boolean {
  return view.reply === undefined && checkProgramNamed(file.file) !== undefined;
}

function wrongMachine(view: BootView, file: FileStep): Found | undefined {
  const arch = archOf(view.boot);
  const machine = view.context.programs.machines.get(realPath(file.file, view.context.root));
  const efi = /\.efi$/i.test(file.file);
  if (arch === undefined || (machine === undefined && !efi)) return undefined;
  const wanted = machineFor(arch);
  const fits =
    wanted === "none"
      ? !efi && machine === undefined
      : machine === undefined || machine === wanted || machine === "ebc";
  if (fits || wanted === undefined) return undefined;
  const facts = { file: file.file, machine, arch };
  return found("wrong-machine", "certain", [view.discovers[0], view.reply, file], facts);
}
