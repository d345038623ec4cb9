import type { Scenario } from "../lab.ts";
import { alpine } from "./alpine.ts";
import { badWires } from "./bad-wires.ts";
import { behindFirewall } from "./behind-firewall.ts";
import { benchBinary } from "./bench-binary.ts";
import { benchCodec, benchCodecQuick } from "./bench-codec.ts";
import { benchHttp, benchHttpQuick } from "./bench-http.ts";
import { benchTftp, benchTftpQuick } from "./bench-tftp.ts";
import { besideDnsmasq } from "./beside-dnsmasq.ts";
import { binaryArm64 } from "./binary-arm64.ts";
import { binaryX64 } from "./binary-x64.ts";
import { biosDebian } from "./bios-debian.ts";
import { biosExternalTftp } from "./bios-external-tftp.ts";
import { biosHttp } from "./bios-http.ts";
import { biosMemtest } from "./bios-memtest.ts";
import { biosNics } from "./bios-nics.ts";
import { bootCheck, bootCheckOthers } from "./boot-check.ts";
import { bootCheckRebuild } from "./boot-check-rebuild.ts";
import { bystanders } from "./bystanders.ts";
import { cjsArmhf } from "./cjs-armhf.ts";
import { clockSetBack } from "./clock-set-back.ts";
import { deb } from "./deb.ts";
import { dhcpUnderLoad } from "./dhcp-under-load.ts";
import { discImages } from "./disc-images.ts";
import { docsFirstBoot } from "./docs-first-boot.ts";
import { docsHowto } from "./docs-howto.ts";
import { failuresBios } from "./failures-bios.ts";
import { failuresRouter } from "./failures-router.ts";
import { failuresUefi } from "./failures-uefi.ts";
import { fewDescriptors } from "./few-descriptors.ts";
import { firstRun } from "./first-run.ts";
import { fuzz, fuzzQuick } from "./fuzz.ts";
import { hardTimes } from "./hard-times.ts";
import { hostile } from "./hostile.ts";
import { hostileHost } from "./hostile-host.ts";
import { imagesBoots } from "./images-boot.ts";
import { imagesFaults } from "./images-faults.ts";
import { imagesMenus } from "./images-menu.ts";
import { imagesReadme } from "./images-readme.ts";
import { importDnsmasq } from "./import-dnsmasq.ts";
import { init, initSecureBoot } from "./init.ts";
import { initByHand } from "./init-by-hand.ts";
import { installOnce } from "./install-once.ts";
import { interop } from "./interop.ts";
import { interopLossy } from "./interop-lossy.ts";
import { ipxeHttpScript } from "./ipxe-http-script.ts";
import { libraryInDebian } from "./library-in-debian.ts";
import { menu } from "./menu.ts";
import { netFaults } from "./net-faults.ts";
import { nextBoot } from "./next-boot.ts";
import { noise } from "./noise.ts";
import { npmGlobal } from "./npm-global.ts";
import { npmInDebian } from "./npm-in-debian.ts";
import { npmLibrary } from "./npm-library.ts";
import { packages } from "./packages.ts";
import { processFaults } from "./process-faults.ts";
import { raspberryPi } from "./raspberry-pi.ts";
import { rebuild } from "./rebuild.ts";
import { relay } from "./relay.ts";
import { routers } from "./routers.ts";
import { serviceOpenrc } from "./service-openrc.ts";
import { serviceSystemd } from "./service-systemd.ts";
import { soak } from "./soak.ts";
import { storm } from "./storm.ts";
import { tftpSegments } from "./tftp-segments.ts";
import { treeExchanged } from "./tree-exchanged.ts";
import { twoLans } from "./two-lans.ts";
import { uboot, ubootAlone } from "./uboot.ts";
import { uefiOthersHttp } from "./uefi-others-http.ts";
import { uefiOthersLinux } from "./uefi-others-linux.ts";
import { uefiX64Grub } from "./uefi-x64-grub.ts";
import { uefiX64Http } from "./uefi-x64-http.ts";
import { uefiX64Ipxe } from "./uefi-x64-ipxe.ts";
import { uefiX64Nics } from "./uefi-x64-nics.ts";
import { uefiX64Pxe } from "./uefi-x64-pxe.ts";
import { verdicts } from "./verdicts.ts";

/** Every scenario, in the order in which `all` runs them. */
export const SCENARIOS: readonly Scenario[] = [
  biosMemtest,
  biosNics,
  biosDebian,
  biosHttp,
  biosExternalTftp,
  uefiX64Pxe,
  uefiX64Grub,
  uefiX64Http,
  uefiX64Ipxe,
  ...imagesBoots,
  ...imagesMenus,
  imagesFaults,
  imagesReadme,
  uefiX64Nics,
  ipxeHttpScript,
  menu,
  twoLans,
  relay,
  besideDnsmasq,
  routers,
  raspberryPi,
  uefiOthersLinux,
  uefiOthersHttp,
  uboot,
  ubootAlone,
  bootCheck,
  bootCheckOthers,
  bootCheckRebuild,
  bystanders,
  failuresBios,
  failuresUefi,
  failuresRouter,
  verdicts,
  importDnsmasq,
  init,
  initSecureBoot,
  initByHand,
  nextBoot,
  installOnce,
  behindFirewall,
  interop,
  interopLossy,
  tftpSegments,
  badWires,
  netFaults,
  noise,
  dhcpUnderLoad,
  storm,
  processFaults,
  fewDescriptors,
  hostile,
  treeExchanged,
  soak,
  clockSetBack,
  hardTimes,
  hostileHost,
  discImages,
  fuzzQuick,
  serviceSystemd,
  serviceOpenrc,
  packages,
  binaryX64,
  binaryArm64,
  cjsArmhf,
  deb,
  alpine,
  rebuild,
  npmLibrary,
  npmGlobal,
  npmInDebian,
  libraryInDebian,
  benchCodecQuick,
  benchTftpQuick,
  benchHttpQuick,
  firstRun,
  docsFirstBoot,
  docsHowto,
  fuzz,
  benchTftp,
  benchHttp,
  benchCodec,
  benchBinary,
];
