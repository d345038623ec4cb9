import { biosRom } from "./bios-rom.ts";
import { edk2Http } from "./edk2-http.ts";
import { edk2Pxe } from "./edk2-pxe.ts";
import { ipxe } from "./ipxe.ts";
import type { Model, ModelName } from "./model.ts";
import { raspberryPi3, raspberryPi4 } from "./raspberry-pi.ts";
import { uBoot } from "./u-boot.ts";

/** Every model, by its name. */
export const models: Readonly<Record<ModelName, Model>> = {
  "edk2-pxe": edk2Pxe,
  "edk2-http": edk2Http,
  ipxe,
  "bios-rom": biosRom,
  "raspberry-pi-3": raspberryPi3,
  "raspberry-pi-4": raspberryPi4,
  "u-boot": uBoot,
};
