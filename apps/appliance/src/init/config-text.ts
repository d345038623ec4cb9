import type { Candidate } from "./network.ts";
import { networkText } from "./questions.ts";

/** Folder of the boot files, beside bootlace.yaml. */
export const rootName = "boot";

export interface ConfigAnswers {
  /** The interfaces to serve with their networks; none: every interface of the LAN. */
  readonly interface?: { readonly names: readonly string[]; readonly networks: readonly Candidate[] };
  /** UEFI machines start shim and GRUB. */
  readonly secureBoot: boolean;
  /** The folder of the boot files, when this file is to be copied elsewhere. */
  readonly root?: string;
}

/** A bootlace.yaml with comments. What stands behind `#` without a space between is a setting, ready to be used. */
export function configText({ interface: served, secureBoot, root }: ConfigAnswers): string {
  const lines = [
    "# The configuration of Bootlace, written by bootlace init. Change it as you like.",
    "# bootlace check looks for faults in it; bootlace reload makes the daemon read it again.",
    "",
    ...(served === undefined ? everyInterface : interfaceLines(served.names, served.networks)),
    "",
    `# The folder with the boot files${root === undefined ? ", counted from this file" : ""}. Bootlace looks at it again whenever it changes.`,
    `root: ${root === undefined ? `./${rootName}` : JSON.stringify(root)}`,
    "",
    "# What a machine gets. The first rule that matches decides; a machine without a rule gets what the folder holds for",
    "# it. bootlace explain --mac 52:54:00:12:34:56 --arch x64-uefi shows what that is, and why.",
    "boot:",
    "  # iPXE on a UEFI machine shows the menu in this script.",
    "  - name: iPXE menu",
    "    when: { firmware: ipxe, arch: [x64-uefi, ia32-uefi, arm64-uefi] }",
    "    script: ipxe/uefi.ipxe",
    "  # UEFI machines that insist on Secure Boot. This GRUB asks the server that the router names as next server",
    "  # (siaddr), so set that to this machine in the router.",
    ...secureBootRule.map((line) => (secureBoot ? `  ${line}` : `  #${line}`)),
    "",
    "  # One machine that boots something else, by its MAC address.",
    "  #- name: install",
    '  #  when: { mac: "52:54:00:12:34:56" }',
    "  #  file: install/pxelinux.0",
    "",
    "# Names for machines: they stand in the log, and a rule may say `when: { host: workbench }`.",
    "#hosts:",
    '#  workbench: { mac: "52:54:00:12:34:56" }',
    "",
    "# The files by HTTP, for UEFI HTTP Boot and for iPXE.",
    "#http:",
    "#  port: 8069",
    "",
    "# debug shows each packet and each file that was asked for.",
    "#log:",
    "#  level: info",
  ];
  return `${lines.join("\n")}\n`;
}

const everyInterface = ["# Without this setting every network interface of the LAN is served.", "#interfaces: eth0"];

const secureBootRule = [
  "- name: Secure Boot",
  "  when: { firmware: uefi, arch: x64-uefi }",
  "  file: secure-boot/shimx64.efi",
];

function interfaceLines(names: readonly string[], networks: readonly Candidate[]): string[] {
  const [name = ""] = names;
  return [
    "# Boot clients are answered on this network interface, and on no other. When init looked, there was:",
    ...networks.map((network) => `#   ${network.interface} ${networkText(network)}`),
    names.length === 1 ? `interfaces: ${yamlWord(name)}` : `interfaces: [${names.map(yamlWord).join(", ")}]`,
    "",
    "# Only addresses in these networks. Without this setting: every network of the interface.",
    `#subnets: ${networks[0]?.subnet ?? "192.168.11.0/24"}`,
  ];
}

/** The kernel allows almost anything in the name of an interface. */
function yamlWord(name: string): string {
  return /^[a-z][a-z0-9._-]*$/i.test(name) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(name)
    ? name
    : JSON.stringify(name);
}
