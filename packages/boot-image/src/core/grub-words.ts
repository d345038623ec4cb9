/** A word of GRUB's script language, with its variables as they stand. */
export interface GrubWord {
  readonly kind: "word";
  readonly parts: readonly GrubPart[];
}

/** Text as it is, or a variable that is filled in. */
export type GrubPart = { readonly text: string } | { readonly variable: string };

/** One command of the script; braces stand as commands of their own. */
export interface GrubCommand {
  readonly words: readonly GrubWord[];
  readonly line: number;
}

/** Every command that a GRUB may have, those of its modules and of distributions among them, and the words of its language. */
export const grubCommandNames: ReadonlySet<string> = new Set(
  `acpi all_functional_test appleloader authenticate background_color background_image backtrace badram bli
    blocklist blscfg boot break case cat cbmemc chainloader clear cmosclean cmosdump cmosset cmostest cmp configfile
    connectefi continue coreboot_boottime cpuid crc cryptomount cutmem date decrement devicetree distrust do done
    drivemap dump echo efiemu_loadcore efiemu_prepare efiemu_unload efitextmode elif else esac eval exit export
    extract_entries_configfile extract_entries_source extract_legacy_entries_configfile
    extract_legacy_entries_source extract_syslinux_entries_configfile extract_syslinux_entries_source fakebios false
    fdtdump fi file fix_video for freedos function functional_test fwsetup gdbstub gdbstub_break gdbstub_stop getenv
    gettext gptsync halt hashsum hdparm hello help hexdump hexdump_random hiddenentry hwmatch ieee1275 if in inb
    increment initrd initrd16 initrdefi inl insmod inw keymap keystatus kfreebsd kfreebsd_loadenv kfreebsd_module
    kfreebsd_module_elf knetbsd knetbsd_module knetbsd_module_elf kopenbsd kopenbsd_ramdisk legacy_check_password
    legacy_configfile legacy_initrd legacy_initrd_nounzip legacy_kernel legacy_password legacy_source linux linux16
    linuxefi list_env list_trusted load_env loadbios loadfont loopback ls lsacpi lsapm lsbootorder lscoreboot lsdev
    lsefi lsefimmap lsefisystab lsfonts lsmmap lsmod lspci lssal macppcbless mactelbless md5sum memdisk menu_reload
    menuentry module module2 mouse multiboot multiboot2 nativedisk net_add_addr net_add_dns net_add_route net_bootp
    net_bootp6 net_del_addr net_del_dns net_del_route net_dhcp net_get_dhcp_option net_ipv6_autoconf net_ls_addr
    net_ls_cards net_ls_dns net_ls_routes net_nslookup net_set_vlan normal normal_exit ntldr outb outl outw parttool
    password password_pbkdf2 pcidump plan9 play probe pxe_unload pxechainloader rdmsr read read_byte read_dword
    read_word reboot regexp return rmmod save_env search search.file search.fs_label search.fs_uuid select sendkey
    serial set setparams setpci sha1sum sha256sum sha512sum shift sleep smbios source submenu suspend
    syslinux_configfile syslinux_source terminal_input terminal_output terminfo test test_blockarg testload
    testspeed then time tpm2_key_protector_clear tpm2_key_protector_init tpm_record_pcrs tr true truecrypt trust
    unset until uppermem usb vbeinfo vbetest verify_detached version videoinfo videotest while write_byte
    write_dword write_word wrmsr xen_hypervisor xen_module xnu_devprop_load xnu_kernel xnu_kernel64 xnu_kext
    xnu_kextdir xnu_mkext xnu_ramdisk xnu_resume xnu_splash xnu_uuid zfs-bootfs zfsinfo zfskey`
    .split(/\s+/)
    .filter(Boolean),
);

const variable = /\$(?:\{([A-Za-z_0-9?*@#]+)\}|([A-Za-z_][A-Za-z_0-9]*|[0-9?*@#]))/y;
const mostCommands = 20_000;

/** Splits a script into commands (GRUB manual, "Writing full configuration files directly"). */
export function grubCommands(text: string): GrubCommand[] {
  const commands: GrubCommand[] = [];
  let words: GrubWord[] = [];
  let line = 1;
  let begun = 1;
  let at = 0;

  function end() {
    if (words.length > 0) commands.push({ words, line: begun });
    words = [];
  }

  function readVariable(parts: GrubPart[]): boolean {
    variable.lastIndex = at;
    const match = variable.exec(text);
    if (match === null) return false;
    parts.push({ variable: match[1] ?? match[2] ?? "" });
    at += match[0].length;
    return true;
  }

  function readWord(): GrubWord {
    const parts: GrubPart[] = [];
    let plain = "";
    const flush = () => {
      if (plain !== "") parts.push({ text: plain });
      plain = "";
    };
    const take = (char: string) => {
      if (char === "\n") line++;
      plain += char;
      at++;
    };
    while (at < text.length) {
      const char = text.charAt(at);
      if (/[\s;{}|&<>]/.test(char)) break;
      if (char === "\\") {
        at++;
        if (text[at] === "\n") {
          line++;
          at++;
        } else if (at < text.length) take(text.charAt(at));
      } else if (char === "'") {
        at++;
        while (at < text.length && text[at] !== "'") take(text.charAt(at));
        at++;
        if (plain === "" && parts.length === 0) parts.push({ text: "" });
      } else if (char === '"') {
        at++;
        while (at < text.length && text[at] !== '"') {
          flush();
          if (text[at] === "$" && readVariable(parts)) continue;
          if (text[at] === "\\" && /["$\\]/.test(text[at + 1] ?? "")) at++;
          take(text.charAt(at));
        }
        at++;
        if (plain === "" && parts.length === 0) parts.push({ text: "" });
      } else if (char === "$") {
        flush();
        if (!readVariable(parts)) take(char);
      } else take(char);
    }
    flush();
    return { kind: "word", parts };
  }

  while (at < text.length && commands.length < mostCommands) {
    const char = text.charAt(at);
    if (words.length === 0) begun = line;
    if (char === "\n" || char === ";") {
      end();
      if (char === "\n") line++;
      at++;
    } else if (/\s/.test(char)) at++;
    else if (char === "\\" && /^\\\r?\n/.test(text.slice(at, at + 3))) {
      at += text[at + 1] === "\r" ? 3 : 2;
      line++;
    } else if (char === "#") {
      while (at < text.length && text[at] !== "\n") at++;
    } else if (char === "{" || char === "}") {
      end();
      commands.push({ words: [{ kind: "word", parts: [{ text: char }] }], line });
      at++;
    } else if (/[|&<>]/.test(char)) {
      end();
      at++;
    } else words.push(readWord());
  }
  end();
  return commands;
}
