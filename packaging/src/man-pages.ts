import { type Appliance, configFile } from "./appliance.ts";
import { manPage } from "./man.ts";

/** The manual pages by file name, generated from the tables of the commands and the config. */
export function manPages({ version, says }: Appliance, time: number): ReadonlyMap<string, string> {
  const program = manPage({
    name: "bootlace",
    section: 1,
    summary: "network boot for a LAN that already has a DHCP server",
    version,
    time,
    before: [
      { title: "SYNOPSIS", lines: ["`bootlace` COMMAND [options]", "`bootlace --help` | `--version`"] },
      {
        title: "DESCRIPTION",
        lines: [
          "Boots machines from the network on a LAN with an ordinary DHCP router. It replies to PXE and UEFI HTTP Boot",
          "clients as a proxyDHCP server, so it never assigns addresses, and serves the boot files by TFTP and HTTP,",
          "or points clients at another file server.",
        ],
      },
    ],
    markdown: says("help", "--markdown"),
    after: [
      { title: "FILES", lines: [`\`${configFile}\`: the configuration, see \`bootlace.yaml\`(5)`] },
      { title: "SEE ALSO", lines: ["`bootlace.yaml`(5)"] },
    ],
  });
  const config = manPage({
    name: "bootlace.yaml",
    section: 5,
    summary: "configuration of bootlace",
    version,
    time,
    before: [{ title: "DESCRIPTION", lines: [`The packaged daemon reads \`${configFile}\`.`] }],
    markdown: says("schema", "--markdown"),
    after: [{ title: "SEE ALSO", lines: ["`bootlace`(1)"] }],
  });
  return new Map([
    ["bootlace.1", program],
    ["bootlace.yaml.5", config],
  ]);
}
