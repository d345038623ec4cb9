#!/usr/bin/env bash
# Makes what live images are built from, of Debian's packages: a kernel, a root as squashfs, and two initrds that fetch
# it, by live-boot and by dracut.
# Usage: live-system.sh ROOT TARGET (ROOT: a minimal Debian, which stays as it is; TARGET: a folder that is made)
set -euo pipefail
root=$1 target=$2
work=$target.part
rm -rf "$work"
mkdir -p "$work"
cp --archive --reflink=auto "$root" "$work/root"
cp /etc/resolv.conf "$work/root/etc/resolv.conf"

# In mounts of its own: whatever happens, none of them stays.
inside() {
  unshare --mount --propagation private /bin/sh -ec '
    mount -t proc proc "$1/proc"
    mount --rbind /dev "$1/dev"
    exec chroot "$1" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive \
      /bin/sh -ec "$2"' sh "$work/root" "$1"
}

# The kernel is unpacked before live-boot and busybox are there: its initrd comes when all is.
inside '
  apt-get update
  apt-get install --yes --no-install-recommends linux-image-cloud-amd64 systemd-sysv live-boot \
    live-boot-initramfs-tools busybox zstd \
    ifupdown
  echo BUSYBOX=y >/etc/initramfs-tools/conf.d/lab
  rm -f /boot/initrd.img-*
  update-initramfs -c -k all
  passwd --delete root
  echo live-system >/etc/hostname
'
cp "$work"/root/boot/vmlinuz-* "$work/vmlinuz"
cp "$work"/root/boot/initrd.img-* "$work/initrd.img"
rm -rf "$work"/root/var/cache/apt/* "$work"/root/usr/share/{doc,man,locale}
mv "$work/root/var/lib/apt/lists" "$work/lists"
squash() {
  mksquashfs "$1" "$2" -quiet -no-progress -comp zstd -Xcompression-level 6 "${@:3}"
}
squash "$work/root" "$work/filesystem.squashfs" -e boot
# The same root as Fedora had it up to 41: a file system in a squashfs.
mkdir -p "$work/nested/LiveOS"
mke2fs -q -t ext4 -L live -m 0 -d "$work/root" "$work/nested/LiveOS/rootfs.img" 480M
squash "$work/nested" "$work/nested.squashfs"
rm -rf "$work/nested"
mv "$work/lists" "$work/root/var/lib/apt/lists"

# dracut and initramfs-tools are rivals as packages. Debian's dracut without these cannot make its module for networks.
inside '
  apt-get install --yes --no-install-recommends dracut-core dracut-live dracut-network curl isc-dhcp-client \
    iputils-arping procps
  dracut --quiet --no-hostonly --zstd --add "network-legacy livenet dmsquash-live" --omit "systemd-networkd ifcfg" \
    --add-drivers "virtio_net overlay squashfs loop isofs" --kver "$(ls /lib/modules)" /boot/dracut.img
'
cp "$work/root/boot/dracut.img" "$work/dracut.img"

# Modules for initrds that are made by hand, in the order in which they are loaded.
mkdir "$work/modules"
inside '
  for name in virtio_pci virtio_net loop squashfs isofs overlay; do
    modprobe --show-depends --set-version "$(ls /lib/modules)" "$name"
  done
' | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r path; do
  cp "$work/root$path" "$work/modules/"
  basename "$path" >>"$work/modules/order"
done
chmod 0644 "$work"/*.img
rm -rf "$work/root"
mv "$work" "$target"
