import { quote } from "@bootlace/dhcp-core";
import { checkProgramNamed } from "../../catalogue/boot-check.ts";
import { isKernelName, isLoaderName, plainName } from "../../catalogue/file-role.ts";
import type { FileStep } from "../step.ts";
import { afterFile, onlyFirstFile } from "./files.ts";
import { machineFor } from "./machines.ts";
import { isUnsigned } from "./secure-boot.ts";
import { type Verdict, verdict } from "./verdict.ts";
import type { BootView } from "./view.ts";

/** B06: we ourselves turned every request away. */
export function requestsRefused(view: BootView): Verdict | undefined {
  const { files } = view;
  const [first] = files;
  if (first === undefined || !files.every(({ outcome }) => outcome === "refused") || !view.silentFor(5_000))
    return undefined;
  const local = first.reason === "client-not-allowed";
  return verdict(
    "B06",
    "certain",
    files,
    `Bootlace refused the request for ${quote(first.file)}: ${local ? "the client's address is in none of the allowed subnets" : (first.reason ?? "")}`,
    local
      ? "add the client's network to subnets in the configuration"
      : "the line of the log about this request says more",
  );
}

/** B08: we answer, and nothing at all comes back. */
export function repliesLost(view: BootView): Verdict | undefined {
  const { files, boot, context } = view;
  // A Pi opens a file and walks away to see whether it is there.
  if (boot.firmware === "raspberry-pi" || files.some((file) => file.outcome === "done" || file.outcome === "probe"))
    return undefined;
  if (files.some(({ bytes }) => bytes > 0)) return undefined;
  const ended = files.filter(({ outcome, reason }) => outcome === "aborted" && reason === "unanswered");
  const waiting = files.filter(
    (file) => file.outcome === "running" && file.protocol === "tftp" && context.now - file.at >= 10_000,
  );
  const count = ended.length + waiting.length;
  const [first] = [...ended, ...waiting];
  if (first === undefined || (ended.length === 0 && waiting.length === 0)) return undefined;
  return verdict(
    "B08",
    ended.length > 0 && (count >= 2 || boot.givenUp || context.now - first.at >= 20_000) ? "likely" : "guess",
    [...ended, ...waiting],
    `the client asked for ${quote(first.file)}, Bootlace answered from a port of its own, and nothing came back: the replies are lost`,
    "let UDP replies from all ports of this machine out to the client: no port mapping of a container (use its host network), no NAT; or allow TFTP in the firewall's connection tracking",
  );
}

/** B09: small packets arrive, the first large one never does. */
export function largePacketsLost(view: BootView): Verdict | undefined {
  const stalled = view.files.filter(
    ({ outcome, reason, bytes, blockSize = 0, protocol }) =>
      protocol === "tftp" && outcome === "aborted" && reason === "timeout" && bytes === 0 && blockSize >= 1024,
  );
  const [first] = stalled;
  if (first?.blockSize === undefined) return undefined;
  if (view.done.some(({ blockSize = 0, size = 0 }) => Math.min(blockSize, size) >= (first.blockSize ?? 0)))
    return undefined;
  const small = view.done.find(({ blockSize = 0, size = 0 }) => blockSize < 1024 || size < 1024);
  return verdict(
    "B09",
    small !== undefined || stalled.length >= 2 || first.blockSize > 1468 ? "likely" : "guess",
    [...stalled, small],
    `the client and Bootlace agreed on blocks of ${first.blockSize} octets, and the first of them never arrived: large packets are lost on the way`,
    `set tftp.maxBlockSize to ${first.blockSize > 1468 ? 1468 : 1024} or less; look for a tunnel, VLAN or PPPoE link with a smaller MTU`,
  );
}

/** B12: the first file is there, and nothing comes of it. */
export function didNotRun(view: BootView): Verdict | undefined {
  const file = onlyFirstFile(view);
  if (file === undefined || view.systems.length > 0) return undefined;
  const { back, ipxe } = afterFile(view, file);
  if (ipxe) return undefined;
  const returned = back !== undefined || view.boot.givenUp;
  const wrong = wrongMachine(view, file);
  if (!(returned || view.silentFor(wrong === undefined ? 30_000 : 5_000))) return undefined;
  if (wrong !== undefined) return wrong;
  if (isKernelName(file.file) || fetchedByHand(view, file)) return undefined;

  const uefi = view.boot.arch?.includes("uefi") === true;
  const name = quote(file.file);
  const end = returned ? "then the firmware asked for a boot server again" : "then it went silent";
  const refused = isUnsigned(view, file)
    ? "Secure Boot refused it, for it is not signed, or it stopped"
    : "Secure Boot refused it, or it is not for this machine";
  const why = uefi ? refused : "it is no program for this machine, or it stopped";
  const confidence = returned || isLoaderName(file.file) ? "likely" : "guess";
  const itself = confidence === "guess" ? ", unless it needs nothing more" : "";
  return verdict(
    "B12",
    confidence,
    [file, back],
    `the client fetched all of ${name}, ${end}: ${why}${itself}`,
    uefi
      ? "start a signed shim (shimx64.efi with grubx64.efi), or switch Secure Boot off in the firmware; check that the file is for this architecture"
      : "check that the file is a network boot program for BIOS (pxelinux.0, undionly.kpxe), not an EFI file or a kernel",
  );
}

/** Nobody but Bootlace knows the name of the boot check, and it told nobody. */
function fetchedByHand(view: BootView, file: FileStep): boolean {
  return view.telling === undefined && checkProgramNamed(file.file) !== undefined;
}

function wrongMachine(view: BootView, file: FileStep): Verdict | undefined {
  const { arch } = view.boot;
  const machine = view.context.programs.machines.get(plainName(file.file));
  const efi = /\.efi$/i.test(file.file);
  if (arch === undefined || (machine === undefined && !efi)) return undefined;
  const wanted = machineFor(arch);
  const fits =
    wanted === "none"
      ? !efi && machine === undefined
      : machine === undefined || machine === wanted || machine === "ebc";
  if (fits || wanted === undefined) return undefined;
  const what = machine === undefined ? "an EFI file" : `an EFI program for ${machine}`;
  return verdict(
    "B12",
    "certain",
    [view.discovers[0], view.telling, file],
    `${quote(file.file)} is ${what}, and the client is ${arch}: it cannot run there`,
    `give ${arch} clients a boot file of their own: take the wrong one out of the rule, or write one with when: { arch: ${arch} }`,
  );
}
