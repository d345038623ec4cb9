import type { Candidate } from "./network.ts";
import { networkText } from "./questions.ts";

/** Boot folder, beside bootlace.yaml. */
export const rootName = "boot";

export interface ConfigAnswers {
  /** The interfaces to serve and their networks; empty: every interface of the LAN. */
  readonly interface?: { readonly names: readonly string[]; readonly networks: readonly Candidate[] };
  /** UEFI machines boot shim and GRUB. */
  readonly secureBoot: boolean;
  /** The boot folder, when this file will be copied elsewhere. */
  readonly root?: string;
}

/** A bootlace.yaml with comments. A line with `#` and no space after it is a setting, ready to be enabled. */
export function configText({ interface: served, secureBoot, root }: ConfigAnswers): string {
  const lines = [
    "# Bootlace configuration, written by bootlace init. Edit it freely.",
    "# Check it with bootlace check; load it with bootlace reload.",
    "",
    ...(served === undefined ? everyInterface : interfaceLines(served.names, served.networks)),
    "",
    `# Boot folder${root === undefined ? ", relative to this file" : ""}. Bootlace notices changes in it.`,
    `root: ${root === undefined ? `./${rootName}` : JSON.stringify(root)}`,
    "",
    "# Boot rules. The first rule that matches decides; a machine without a rule gets a boot file from the boot folder.",
    "# To see which and why: bootlace explain --mac 52:54:00:12:34:56 --arch x64-uefi",
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
    "# Names for machines, shown in the log and usable in rules: `when: { host: workbench }`.",
    "#hosts:",
    '#  workbench: { mac: "52:54:00:12:34:56" }',
    "",
    "# HTTP server for UEFI HTTP Boot and iPXE.",
    "#http:",
    "#  port: 8069",
    "",
    "# debug logs each packet and each requested file.",
    "#log:",
    "#  level: info",
  ];
  return `${lines.join("\n")}\n`;
}

const everyInterface = ["# Default: every network interface of the LAN.", "#interfaces: eth0"];

const secureBootRule = [
  "- name: Secure Boot",
  "  when: { firmware: uefi, arch: x64-uefi }",
  "  file: secure-boot/shimx64.efi",
];

function interfaceLines(names: readonly string[], networks: readonly Candidate[]): string[] {
  const [name = ""] = names;
  return [
    "# Serve boot clients only on this network interface. init found:",
    ...networks.map((network) => `#   ${network.interface} ${networkText(network)}`),
    names.length === 1 ? `interfaces: ${yamlWord(name)}` : `interfaces: [${names.map(yamlWord).join(", ")}]`,
    "",
    "# Serve only these networks. Default: every network of the interface.",
    `#subnets: ${networks[0]?.subnet ?? "192.168.11.0/24"}`,
  ];
}

/** The kernel allows almost anything in the name of an interface. */
function yamlWord(name: string): string {
  return /^[a-z][a-z0-9._-]*$/i.test(name) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(name)
    ? name
    : JSON.stringify(name);
}
