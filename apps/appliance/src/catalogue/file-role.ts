import { tidyPath } from "@bootlace/boot-source";
import { isIpxeBinary } from "@bootlace/proxy-dhcp";

/** What a file is for, as far as its name and place say. */
export type FileRole = "boot-file" | "script" | "config" | "module" | "kernel" | "file";

/** The name clients mean: forward slashes, none in front, none doubled, no `./`. */
export const plainName = tidyPath;

/** The path part of a boot file: itself, or what a URL names. */
export function fileOfBootFile(bootFile: string): string {
  const path = /^[a-z][a-z0-9+.-]*:\/\/[^/]*(\/[^?#]*)?/i.exec(bootFile);
  if (path === null) return plainName(bootFile);
  try {
    return plainName(decodeURIComponent(path[1] ?? ""));
  } catch {
    return plainName(path[1] ?? "");
  }
}

/** The host of a boot file that is a URL. */
export function hostOfBootFile(bootFile: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@]*@)?([^/:?#]*)/i.exec(bootFile)?.[1];
}

const configs = /(^|\/)pxelinux\.cfg\/|(^|\/)(grub\.cfg|extlinux\.conf|syslinux\.cfg|config\.txt|cmdline\.txt)|\.cfg$/i;
const modules = /\.(c32|mod|lst)$/i;
const kernels =
  /(^|\/)(vmlinuz|vmlinux|linux|bzimage|kernel|zimage|image|initrd|initramfs|memtest|memdisk|boot\.wim|xen|mboot)[^/]*$|\.(wim|iso|img|gz|xz|zst|cpio|squashfs)$/i;

/** An image or a kernel, by its name: it runs by itself. */
export function isKernelName(file: string): boolean {
  return kernels.test(plainName(file));
}

/** @param bootFiles names that the reply to this boot gave as its boot file, in plain form */
export function roleOf(file: string, bootFiles: readonly string[]): FileRole {
  const name = plainName(file);
  const lower = name.toLowerCase();
  if (/\.ipxe$/.test(lower)) return "script";
  if (bootFiles.some((offered) => offered.toLowerCase() === lower)) return "boot-file";
  if (configs.test(name)) return "config";
  if (modules.test(name)) return "module";
  return isKernelName(name) ? "kernel" : "file";
}

/** Names in which no operating system starts by itself: they fetch something more, whatever happens. */
export function isLoaderName(file: string): boolean {
  const name = plainName(file).split("/").at(-1) ?? "";
  return (
    isIpxeBinary(name) ||
    /^(l?pxelinux|gpxelinux)|^(shim|grub|bootx64|bootaa64|bootia32|syslinux|core)[^/]*/i.test(name)
  );
}
