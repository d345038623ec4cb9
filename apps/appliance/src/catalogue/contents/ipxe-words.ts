/** One command of a script, as iPXE splits it. */
export interface IpxeCommand {
  /** Words as written, variables and all. */
  readonly words: readonly string[];
  /** What stands in front of it: nothing, or the sign that makes it depend on the command before. */
  readonly after: "" | "&&" | "||";
  /** What stands behind it. */
  readonly before: "" | "&&" | "||";
  readonly line: number;
}

export interface IpxeLine {
  readonly label?: string;
  readonly commands: readonly IpxeCommand[];
}

/** Every command that an iPXE may have (https://ipxe.org/cmd, src/hci/commands). */
export const ipxeCommands: ReadonlySet<string> = new Set(
  `autoboot boot cachedhcp certfree certstat certstore chain choose clear colour config console conf cpair cpuid dhcp echo
  exit fcels fcstat fdt form gdbstub goto hash help ibstat ifclose ifconf iflinkwait ifname ifopen ifstat imgargs imgdecrypt
  imgexec imgextract imgfetch imgfree imgload imgmem imgselect imgset imgstat imgtrust imgverify inc initrd ipstat iseq
  isnum isset item iwlist iwstat kernel keymap login lotest md5sum menu module neighbour nstat nslookup ntp param params
  pciscan peerdisc ping poweroff present profstat prompt pxebs read reboot route sanboot sanhook sanunhook set sha1sum
  sha224sum sha256sum sha384sum sha512sum shell shim show sleep startpxe stoppxe suspend sync syslog time usbscan vcreate
  vdestroy wimboot wol`
    .split(/\s+/)
    .filter(Boolean),
);

/** Splits a script into lines of commands (iPXE, src/core/exec.c and src/image/script.c). */
export function ipxeLines(rows: readonly string[]): ReadonlyMap<number, IpxeLine> {
  const lines = new Map<number, IpxeLine>();
  let joined = "";
  let begun = 0;
  for (const [index, row] of rows.entries()) {
    if (joined === "") begun = index + 1;
    if (/\\$/.test(row)) {
      joined += row.slice(0, -1);
      if (joined.length < longestJoined) continue;
    }
    const text = (joined + row).trim();
    joined = "";
    if (text === "" || text.startsWith("#")) continue;
    if (text.startsWith(":")) lines.set(begun, { label: text.slice(1).trim().split(/\s/)[0] ?? "", commands: [] });
    else lines.set(begun, { commands: commandsOf(text, begun) });
  }
  return lines;
}

const longestJoined = 64 * 1024;

function commandsOf(text: string, line: number): IpxeCommand[] {
  const commands: IpxeCommand[] = [];
  let words: string[] = [];
  let after: IpxeCommand["after"] = "";
  // Blanks alone part words: quotes are characters like others (`split_command`).
  const written = text.split(/\s+/);
  const comment = written.findIndex((word) => word.startsWith("#"));
  for (const word of [...(comment === -1 ? written : written.slice(0, comment)), undefined]) {
    if (word !== undefined && !operators.has(word)) {
      words.push(word);
      continue;
    }
    const before = word === "&&" || word === "||" ? word : "";
    if (words.length > 0) commands.push({ words, after, before, line });
    words = [];
    after = before;
  }
  return commands;
}

const operators = new Set(["&&", "||", ";"]);
