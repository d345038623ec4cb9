import type { Case } from "./case.ts";
import { GOOD_CASES } from "./good.ts";
import { MORE_GOOD_CASES } from "./good-more.ts";
import { GRUB_CASES } from "./grub.ts";
import { IPXE_CASES } from "./ipxe.ts";
import { MIDWAY_CASES } from "./midway.ts";
import { NETWORK_CASES } from "./network.ts";
import { OTHER_CASES } from "./others.ts";
import { PXELINUX_CASES } from "./pxelinux.ts";
import { UEFI_CASES } from "./uefi.ts";
import { UNSEEN_CASES } from "./unseen.ts";
import { UNSEEN_GOOD_CASES } from "./unseen-good.ts";
import { UNSEEN2_CASES } from "./unseen2.ts";
import { UNSEEN2_GOOD_CASES } from "./unseen2-good.ts";
import { UNSEEN2_IPXE_CASES } from "./unseen2-ipxe.ts";

const CORPUS: readonly Case[] = [
  ...PXELINUX_CASES,
  ...MIDWAY_CASES,
  ...IPXE_CASES,
  ...UEFI_CASES,
  ...GRUB_CASES,
  ...NETWORK_CASES,
  ...OTHER_CASES,
  ...GOOD_CASES,
  ...MORE_GOOD_CASES,
  ...UNSEEN_CASES,
  ...UNSEEN_GOOD_CASES,
  ...UNSEEN2_CASES,
  ...UNSEEN2_IPXE_CASES,
  ...UNSEEN2_GOOD_CASES,
];

/** The set-ups in the groups that docs/verdicts.md counts. */
export const GROUPS: readonly { readonly title: string; readonly cases: readonly Case[] }[] = [
  { title: "the corpus", cases: CORPUS },
];

/** Every set-up. */
export const CASES: readonly Case[] = GROUPS.flatMap(({ cases }) => cases);
