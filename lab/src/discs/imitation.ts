import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../lab.ts";
import type { Host } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { runOk } from "../processes.ts";
import type { Imitation } from "./layouts.ts";

/** What the root of an imitated system says when it runs. */
export const IMITATION_UP = "IMITATED SYSTEM RUNS FROM";

const HEAD = `#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /tmp /medium /image /root
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
exec </dev/ttyS0 >/dev/ttyS0 2>&1
while read -r module; do insmod /modules/$module; done </modules/order
value() { for word in $(cat /proc/cmdline); do case $word in "$1"=*) echo "\${word#*=}" ;; esac; done; }
fail() { echo "IMITATED INITRD: $*"; sleep 60; }
network() {
  while [ ! -e /sys/class/net/eth0 ]; do sleep 1; done
  ip link set eth0 up
  udhcpc -i eth0 -q -n -t 10 -T 2 -s /lease || fail "no address"
}
into_memory() { mount -t tmpfs -o "size=$1" tmpfs /medium; }
run_root() {
  mount -t squashfs -o ro,loop "$1" /root || fail "no root in $1"
  # What is in the initrd is removed.
  mount -t tmpfs tmpfs /root/tmp
  echo "$2" >/root/tmp/method
  mount --move /dev /root/dev
  exec switch_root /root /init
}
`;

const LEASE = `#!/bin/busybox sh
[ "$1" = bound ] && ifconfig "$interface" "$ip" netmask "$subnet"
exit 0
`;

/** The fetch and mount steps of initrds that Debian has no package of. */
const METHODS = {
  /** mkinitcpio-archiso, hooks/archiso_pxe_http: a tmpfs of 75 %, the root and its digest below the URL. */
  archiso: `network
into_memory 75%
url=$(value archiso_http_srv)$(value archisobasedir)/x86_64
wget -q -O /medium/airootfs.sfs "$url/airootfs.sfs" || fail "cannot fetch $url/airootfs.sfs"
wget -q -O /medium/airootfs.sha512 "$url/airootfs.sha512" || fail "no digest"
if [ "$(value checksum)" = y ]; then (cd /medium && sha512sum -c airootfs.sha512) || fail "another digest"; fi
run_root /medium/airootfs.sfs archiso_http_srv
`,
  /** casper, scripts/casper, do_urlmount: an image whose name ends in .iso, in a tmpfs of half the memory. */
  casper: `network
into_memory 50%
url=$(value url)
case $url in *.iso) ;; *) fail "no image: $url" ;; esac
wget -q -O /medium/image.iso "$url" || fail "cannot fetch $url"
mount -t iso9660 -o ro,loop /medium/image.iso /image || fail "no image in $url"
run_root /image/casper/filesystem.squashfs url
`,
  /** mkinitfs, initramfs-init: the repository's index, and the modloop. */
  alpine: `network
into_memory 50%
wget -q -O /medium/index "$(value alpine_repo)/x86_64/APKINDEX.tar.gz" || fail "no repository"
wget -q -O /medium/modloop "$(value modloop)" || fail "no modloop"
run_root /medium/modloop modloop
`,
  /** The installer of Proxmox: the image is a file of the initrd. */
  proxmox: `[ -e /proxmox.iso ] || fail "no /proxmox.iso"
mount -t iso9660 -o ro,loop /proxmox.iso /image || fail "no image in /proxmox.iso"
grep -q "^PRODUCT='pve'" /image/.cd-info || fail "no product"
run_root /image/pve-base.squashfs /proxmox.iso
`,
  /** anaconda-dracut: what .treeinfo names as stage 2 below the URL. */
  anaconda: `network
into_memory 50%
url=$(value inst.stage2)
wget -q -O /medium/treeinfo "$url/.treeinfo" || fail "no .treeinfo"
image=$(sed -n 's/^mainimage = //p' /medium/treeinfo)
wget -q -O /medium/install.img "$url/$image" || fail "cannot fetch $url/$image"
run_root /medium/install.img inst.stage2
`,
} as const;

export type Method = keyof typeof METHODS;

const INIT = `#!/bin/busybox sh
exec </dev/ttyS0 >/dev/ttyS0 2>&1
echo "${IMITATION_UP} $(/bin/busybox cat /tmp/method)"
while true; do /bin/busybox sleep 60; done
`;

/** Makes initrd and root of an imitated system in a folder. */
export async function makeImitation(
  lab: Lab,
  host: Host,
  method: Method,
  folder: string,
): Promise<Imitation & { readonly sha512: string }> {
  const [tree, system] = [join(folder, "initrd"), join(folder, "system")];
  const put = (path: string, text: string) => {
    writeFileSync(path, text);
    chmodSync(path, 0o755);
  };
  for (const place of [tree, system]) {
    mkdirSync(join(place, "bin"), { recursive: true });
    copyFileSync(locate("busybox"), join(place, "bin/busybox"));
  }
  cpSync(locate("liveModules"), join(tree, "modules"), { recursive: true });
  put(join(tree, "init"), HEAD + METHODS[method]);
  put(join(tree, "lease"), LEASE);
  for (const name of ["tmp", "dev", "proc", "sys"]) mkdirSync(join(system, name));
  put(join(system, "init"), INIT);
  const initrd = join(folder, "initrd.img");
  const pack = `find . | ${locate("busybox")} cpio -o -H newc | gzip -1 >../initrd.img`;
  await runOk(lab, host.netns, "/bin/sh", ["-ec", pack], { cwd: tree });
  const root = join(folder, "root.squashfs");
  await makeSquashfs(lab, host, system, root);
  return { initrd, root, sha512: createHash("sha512").update(readFileSync(root)).digest("hex") };
}

/** A squashfs of a folder. */
export async function makeSquashfs(lab: Lab, host: Host, folder: string, target: string): Promise<void> {
  await runOk(lab, host.netns, locate("mksquashfs"), [folder, target, "-quiet", "-no-progress", "-all-root"]);
}
