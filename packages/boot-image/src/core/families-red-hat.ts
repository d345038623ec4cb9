import type { ArgumentChanges, Family } from "./family.ts";

/** dracut's livenet fetches one file, or the image. */
const liveNet: ArgumentChanges = {
  drop: /^(iso-scan\/filename|rd\.live\.check)(=|$)/,
  replace: [[/^root=live:.*/, "root=live:{tree}/{root}"]],
  add: "root=live:{tree}/{root} rd.live.image ip=dhcp rd.neednet=1",
};
const pxeboot = ["images/pxeboot/vmlinuz", "isolinux/vmlinuz", "isolinux/vmlinuz0"];
const pxebootInitrds = ["images/pxeboot/initrd.img", "isolinux/initrd.img", "isolinux/initrd0.img"];
const loader = ["boot/x86_64/loader/linux", "boot/aarch64/linux", "boot/*/loader/linux"];
const loaderInitrds = ["boot/x86_64/loader/initrd", "boot/aarch64/initrd", "boot/*/loader/initrd"];
const liveRoots = ["LiveOS/squashfs.img", "LiveOS/rootfs.img", "LiveOS/*.img"];

const anaconda: ArgumentChanges = {
  drop: /^(rd\.live\.check|inst\.repo|inst\.stage2|repo|stage2)(=|$)/,
  add: "inst.stage2={tree} ip=dhcp",
};

/** Fedora, RHEL, SUSE and others whose initrd is dracut's. */
export const redHatFamilies: readonly Family[] = [
  {
    id: "coreos",
    systems: "Fedora CoreOS live",
    marks: { all: ["coreos", "images/pxeboot/rootfs.img"] },
    way: "http",
    kernels: pxeboot,
    initrds: pxebootInitrds,
    roots: ["images/pxeboot/rootfs.img"],
    arguments: { drop: /^coreos\.liveiso=/, add: "coreos.live.rootfs_url={tree}/{root} ip=dhcp rd.neednet=1" },
    memory: { of: "root", times: 2, more: 1024 },
  },
  {
    id: "agama",
    systems: "openSUSE Leap 16 and other installers with Agama",
    marks: { any: ["LiveOS/squashfs.img"], label: /^Install-/ },
    way: "http",
    kernels: loader,
    initrds: loaderInitrds,
    roots: liveRoots,
    arguments: { replace: [[/^root=live:.*/, "root=live:{image}"]], add: "root=live:{image} ip=dhcp rd.neednet=1" },
    memory: { of: "image", times: 1, more: 2048 },
  },
  {
    id: "void",
    systems: "Void Linux, hrmpf",
    marks: { any: ["LiveOS/squashfs.img"], all: ["boot/vmlinuz", "boot/initrd"] },
    way: "http",
    kernels: ["boot/vmlinuz"],
    initrds: ["boot/initrd"],
    roots: liveRoots,
    arguments: { ...liveNet, add: "root=live:{tree}/{root} init=/sbin/init ro rd.luks=0 rd.md=0 rd.dm=0 ip=dhcp" },
    memory: { of: "root", times: 1, more: 1024 },
  },
  {
    id: "dracut-live",
    systems: "Fedora live, live images of RHEL and its relatives, openSUSE live",
    marks: { any: liveRoots },
    way: "http",
    kernels: [...pxeboot, ...loader],
    initrds: [...pxebootInitrds, ...loaderInitrds],
    roots: liveRoots,
    arguments: liveNet,
    memory: { of: "root", times: 1, more: 2048 },
  },
  {
    id: "anaconda-repository",
    systems: "Fedora, RHEL, Rocky Linux, AlmaLinux, Oracle Linux, CentOS: DVD",
    marks: { all: [".treeinfo", "images/install.img"], any: ["repodata", "BaseOS/repodata", "Packages"] },
    way: "http",
    kernels: pxeboot,
    initrds: pxebootInitrds,
    roots: ["images/install.img"],
    arguments: { ...anaconda, add: "inst.repo={tree} ip=dhcp" },
    memory: { of: "root", times: 1, more: 2048 },
  },
  {
    id: "anaconda",
    systems:
      "Fedora, RHEL, Rocky Linux, AlmaLinux, Oracle Linux, CentOS: network installation; Bazzite, Bluefin, Silverblue",
    marks: { all: [".treeinfo", "images/install.img"] },
    way: "http",
    kernels: pxeboot,
    initrds: pxebootInitrds,
    roots: ["images/install.img"],
    arguments: anaconda,
    memory: { of: "root", times: 1, more: 2048 },
  },
  {
    id: "yast",
    systems: "openSUSE up to Leap 15 and Tumbleweed: DVD and NET",
    marks: { any: loader, all: ["media.1"], none: ["LiveOS"] },
    way: "http",
    kernels: loader,
    initrds: loaderInitrds,
    arguments: { drop: /^install=/, add: "install={tree}/ netsetup=dhcp" },
    memory: { of: "nothing", times: 0, more: 2048 },
  },
];
