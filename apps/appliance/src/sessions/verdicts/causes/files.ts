import { quote } from "@bootlace/dhcp-core";
import { plainName } from "../../../catalogue/file-role.ts";
import { fixFor, isAbsent, type NotServed, placeOf, whyNot } from "../../file-reason.ts";
import { realPath } from "../../real-path.ts";
import type { Words } from "./words.ts";

/** What a loader cannot do without, with what to do about it. */
export const needHints = {
  ldlinux: "put it next to the boot loader; it must be from the same version of Syslinux",
  "second-stage": "put it there",
  "grub-modules": "make the folder with grub-mknetdir, or copy GRUB's modules for this platform there",
} as const;

/** The name as it was asked for; doubled slashes, with which PXELINUX puts names together, say nothing. */
function shown({ file }: NotServed): string {
  return quote(file.replaceAll(/\/{2,}/g, "/"));
}

function folderOf(path: string): string {
  const name = plainName(path);
  return name.slice(0, Math.max(0, name.lastIndexOf("/")));
}

/** Where a file was asked for. */
function askedIn(folder: string): string {
  return folder === "" ? "the root folder" : `the folder ${quote(folder)}`;
}

/** What to do about a file that is missing in this folder, where one of its name may lie in another. */
function placeFix(
  step: NotServed,
  folder: string,
  lies: string | undefined,
  hint: string | undefined,
  loader = "",
): string | undefined {
  if (!isAbsent(step) && step.reason !== "bad-name") return fixFor(step);
  const asked = `it was requested in ${askedIn(folder)}`;
  if (lies !== undefined) return `${asked}; ${quote(lies)} exists: copy or link it to ${quote(placeOf(step))}`;
  if (hint === undefined) return fixFor(step);
  return folder === folderOf(realPath(loader, step.root)) ? hint : `${hint}; ${asked}`;
}

export const trustedBinaries =
  "use the GRUB and the kernel of the distribution that shim is from, because shim trusts only its signatures, or disable Secure Boot in the firmware";

/** Why a boot ended while it fetched files. */
export const causesInFiles = {
  "boot-file-not-served": ({ step, arch }: { step: NotServed; arch: string | undefined }): Words => ({
    sentence: `the boot file${arch === undefined ? "" : ` for ${arch}`}, ${shown(step)}, was ${whyNot(step)}`,
    ...fixed(fixFor(step)),
  }),

  /** @param facts `router`: the DHCP server that names the file; undefined: none was seen */
  "foreign-file-not-served": ({ router, step }: { router: string | undefined; step: NotServed }): Words => {
    const who = router === undefined ? "the DHCP server" : `the DHCP server ${router}`;
    return {
      sentence: `the client requested the boot file ${shown(step)}, which Bootlace did not name and which was ${whyNot(step)}: ${who} names a boot file of its own`,
      fix: `remove the boot file (option 67, next-server) from ${who}, or put a file at ${quote(placeOf(step))} below the root folder`,
    };
  },

  "needed-file-not-served": (facts: Place & { loader: string; need: keyof typeof needHints }): Words => {
    const { loader, step, need, folder, lies } = facts;
    return {
      sentence: `${quote(loader)} arrived, but ${shown(step)}, which it needs, was ${whyNot(step)}`,
      ...fixed(placeFix(step, folder, lies, needHints[need], loader)),
    };
  },

  "core-beside-script": (facts: { by: string; line: number; loader: string; step: NotServed }): Words => {
    const { by, line, loader, step } = facts;
    const folder = `${folderOf(loader)}/`.replace(/^\//, "");
    return {
      sentence: `${quote(by)} starts ${quote(loader)}, which looks for ldlinux.c32 beside the script and not in its own folder: ${shown(step)} was ${whyNot(step)}`,
      fix: `write "set 210:string {{base_url}}/${folder}" before line ${line} of ${quote(by)}, or let the firmware load ${quote(loader)} itself`,
    };
  },

  "core-refused": ({ file }: { file: string }): Words => ({
    sentence: `${quote(file)} arrived, and the loader kept looking for another one: it refused this one, which is from another version of Syslinux or for other firmware (BIOS, UEFI)`,
    fix: "take the boot loader and all its modules from one Syslinux package, those for BIOS and those for UEFI in separate folders",
  }),

  /**
   * @param facts `step` is the last and most general name; `misnamed`: a file that was meant for this machine, and `wanted`
   * what it must be called
   */
  "search-found-nothing": (facts: {
    loader: string | undefined;
    step: NotServed;
    several: boolean;
    lies?: string;
    misnamed?: string;
    wanted?: string;
  }): Words => {
    const { loader, step, several, lies, misnamed, wanted } = facts;
    const name = placeOf(step);
    const who = loader === undefined ? "the boot loader" : quote(loader);
    if (misnamed !== undefined && wanted !== undefined) {
      const type = /^(grub\.cfg-)?01-/i.test(wanted) ? ` ("01-" is the type of the hardware, Ethernet)` : "";
      return {
        sentence: `${who} looked for its configuration under all its names and did not find it: the one for this machine must be called ${quote(wanted)}${type}, and ${quote(misnamed)} is not`,
        fix: `rename ${quote(misnamed)} to ${quote(wanted)}`,
      };
    }
    const write =
      lies === undefined ? `write ${quote(name)}` : `${quote(lies)} exists: copy or link it to ${quote(name)}`;
    return {
      sentence: `${who} looked for its configuration${several ? " under all its names" : ""} and did not find it: ${shown(step)} was ${whyNot(step)}`,
      ...fixed(
        isAbsent(step) ? `${write}${several ? "; any other name that it requested works, too" : ""}` : fixFor(step),
      ),
    };
  },

  "u-boot-finds-nothing": ({ step }: { step: NotServed }): Words => ({
    sentence: `U-Boot requested its script ${quote(step.file)}, which was ${whyNot(step)}, and nothing else that exists: it ends at its prompt`,
    ...fixed(
      step.reason === "missing"
        ? `put a script image at ${quote(placeOf(step))} below the root folder; where U-Boot runs "pxe get", pxelinux.cfg/default works, too`
        : fixFor(step),
    ),
  }),

  "later-file-not-served": ({
    before,
    named,
    again,
    step,
    folder,
    lies,
  }: Place & { before: string; named: boolean; again?: true }): Words => ({
    sentence: named
      ? `${quote(before)} names ${shown(step)}, which was ${whyNot(step)} when the client requested it${again ? " again and again" : ""}`
      : `after ${quote(before)} the client requested ${shown(step)}, which was ${whyNot(step)}`,
    ...fixed(placeFix(step, folder, lies, undefined)),
  }),

  "pi-stage-missing": ({ stage, step, lies }: { stage: string; step: NotServed; lies?: string }): Words => ({
    sentence: `the Raspberry Pi requested its ${stage} (${shown(step)}), which was ${whyNot(step)}: it cannot continue without it`,
    ...fixed(isAbsent(step) ? piFix(placeOf(step), lies) : fixFor(step)),
  }),

  /** @param facts `wanted`: the file of its first stage */
  "pi-files-missing": ({ first, wanted, lies }: { first: string; wanted: string; lies?: string }): Words => ({
    sentence: `the Raspberry Pi found none of the files that it requested, ${quote(first)} first; it starts with ${quote(wanted)}`,
    fix: piFix(wanted, lies),
  }),

  "size-probe": ({ file }: { file: string }): Words => ({
    sentence: `the client requested the size of ${quote(file)} before fetching it (normal)`,
  }),

  search: ({ first, count }: { first: string; count: number }): Words => ({
    sentence: `the client tried ${count === 1 ? "one name that does" : `${count} names that do`} not exist, ${quote(first)} first, and continued (a normal search)`,
  }),

  "requests-refused": ({ step }: { step: NotServed }): Words => ({
    sentence: `Bootlace refused the request for ${shown(step)}: ${whyNot(step)}`,
    ...fixed(fixFor(step)),
  }),

  "replies-lost": ({ file }: { file: string }): Words => ({
    sentence: `the client requested ${quote(file)}, Bootlace replied from another port (normal for TFTP), and nothing came back: the replies are lost`,
    fix: "let UDP replies from all ports of this machine reach the client: no port mapping of a container (use host networking), no NAT; or enable TFTP connection tracking in the firewall",
  }),

  "large-packets-lost": ({ blockSize }: { blockSize: number }): Words => ({
    sentence: `the client and Bootlace agreed on blocks of ${blockSize} bytes, and the first of them never arrived: large packets are lost on the way`,
    fix: `set tftp.maxBlockSize to ${blockSize > 1468 ? 1468 : 1024} or less; look for a tunnel, VLAN or PPPoE link with a smaller MTU`,
  }),

  "large-segments-lost": ({ file, small }: { file: string; small: string }): Words => ({
    sentence: `not one byte of ${quote(file)} reached the client by HTTP, although ${quote(small)}, which fits into one small packet, did: large packets are lost on the way`,
    fix: "look for a tunnel, VLAN or PPPoE link with a smaller MTU between Bootlace and the client, and set the MTU of this machine's interface to it",
  }),

  "shim-asks-for-key": ({ program, manager }: { program: string; manager: string }): Words => ({
    sentence: `shim fetched ${quote(program)} and then requested ${quote(manager)}, with which a person enrols a key: it refused ${quote(program)}, which is not signed with a key that it trusts`,
    fix: trustedBinaries,
  }),

  "shim-refuses": ({ program }: { program: string }): Words => ({
    sentence: `${quote(program)} arrived and requested nothing more: it is not signed, and with Secure Boot on shim refuses it`,
    fix: trustedBinaries,
  }),

  "wrong-machine": (facts: {
    file: string;
    machine: string | undefined;
    arch: string;
    kernel?: boolean;
    /** The DHCP server that named it. */
    router?: string;
  }): Words => ({
    sentence: `${quote(facts.file)} is ${machineWords(facts)}, and the client is ${facts.arch}: it cannot run there`,
    fix:
      facts.kernel === true
        ? `name a kernel for ${facts.arch} in its configuration`
        : facts.router !== undefined
          ? removeFrom(facts.router)
          : `give ${facts.arch} clients a boot file of their own: remove the wrong one from the rule, or add a rule with when: { arch: ${facts.arch} }`,
  }),

  "module-for-other-firmware": ({ file, runs }: { file: string; runs: "BIOS" | "UEFI" }): Words => ({
    sentence: `${quote(file)} is a Syslinux module for ${runs === "BIOS" ? "UEFI" : "BIOS"}, and the loader runs on ${runs}: it cannot load it`,
    fix: `put the module for ${runs} from the same version of Syslinux in its place`,
  }),

  "did-not-run": (facts: {
    file: string;
    uefi: boolean;
    unsigned: boolean;
    /** The firmware asked for a boot server again. */
    returned: boolean;
    /** It may need nothing more. */
    enough: boolean;
  }): Words => {
    const { file, uefi, unsigned, returned, enough } = facts;
    const end = returned ? "then the firmware asked for a boot server again" : "then it went silent";
    const refused = unsigned
      ? "Secure Boot refused it, because it is not signed, or it stopped"
      : "Secure Boot refused it, or it is not for this machine";
    const why = uefi ? refused : "it is not a program for this machine, or it stopped";
    return {
      sentence: `the client fetched the whole of ${quote(file)}, ${end}: ${why}${enough ? ", unless it needs nothing more" : ""}`,
      fix: uefi
        ? "start a signed shim (shimx64.efi with grubx64.efi), or disable Secure Boot in the firmware; check that the file is for this architecture"
        : "check that the file is a network boot program for BIOS (pxelinux.0, undionly.kpxe), not an EFI file or a kernel",
    };
  },

  "syslinux-by-http": ({ file }: { file: string }): Words => ({
    sentence: `${quote(file)} arrived by HTTP and requested nothing more: SYSLINUX for UEFI works only where the firmware started it by PXE ("Failed to locate root device" on the screen)`,
    fix: "let the machine boot by PXE instead of HTTP, or give machines that boot by HTTP iPXE or another boot loader",
  }),

  /** A kernel arrived, which shim may have refused: that cannot be seen from here. */
  "kernel-shim-may-refuse": ({ file }: { file: string }): Words => ({
    sentence: `${quote(file)} arrived whole, and is not signed: with Secure Boot off it starts, with Secure Boot on shim refuses it ("bad shim signature" on the screen)`,
    fix: `if the screen says so: ${trustedBinaries}`,
  }),
} as const;

/** What to do about a boot file that the DHCP server names. */
export function removeFrom(router: string): string {
  return `the DHCP server ${router} names it: remove the boot file (option 67, next-server) there`;
}

/** A file that was not served, and where. */
export interface Place {
  readonly step: NotServed;
  /** In which it was asked for; empty: the root. */
  readonly folder: string;
  /** Where one of the same name lies. */
  readonly lies?: string;
}

function machineWords({ machine, kernel }: { machine: string | undefined; kernel?: boolean }): string {
  if (kernel === true) return `a kernel for ${machine}`;
  return machine === undefined ? "an EFI file" : `an EFI program for ${machine}`;
}

/** @param lies where a file of that name is */
function piFix(file: string, lies: string | undefined): string {
  const own = "into the root folder, or into a folder named after its serial number";
  const folder = lies === undefined ? "" : folderOf(lies);
  const asked = folderOf(file);
  // The firmware came from the folder of its serial number, and the rest is to be there, too.
  if (lies !== undefined && folder === "" && asked !== "") {
    return `${quote(lies)} is in the root folder, and this Pi takes its files from ${quote(asked)}: copy it there`;
  }
  if (lies === undefined || folder === "") return `copy the Pi's boot partition, with ${quote(file)}, ${own}`;
  if (/^[0-9a-f]{8}$/i.test(folder)) {
    return `${quote(lies)} is for the Pi with that serial number: copy the boot partition for this one ${own}`;
  }
  return `${quote(lies)} is in the folder ${quote(folder)}, where no Pi looks: move the contents of ${quote(`${folder}/`)} ${own}`;
}

function fixed(fix: string | undefined): { fix?: string } {
  return fix === undefined ? {} : { fix };
}
