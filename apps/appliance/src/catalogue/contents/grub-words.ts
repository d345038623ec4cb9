// The words of a script are read by boot-image, which reads the menus of disc images with them.
export { type GrubCommand, type GrubWord, grubCommands } from "@bootlace/boot-image";

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

/** Words of GRUB Legacy (GRUB 0.97 manual, "The list of commands") without which nothing boots, and which no GRUB 2 has. */
export const legacyGrubWords: ReadonlySet<string> = new Set(["title", "kernel", "rootnoverify", "makeactive"]);
