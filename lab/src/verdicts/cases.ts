import type { Case } from "./case.ts";
import { GOOD_CASES } from "./good.ts";
import { IPXE_CASES } from "./ipxe.ts";
import { PXELINUX_CASES } from "./pxelinux.ts";

/** Every set-up of the corpus. */
export const CASES: readonly Case[] = [...PXELINUX_CASES, ...IPXE_CASES, ...GOOD_CASES];
