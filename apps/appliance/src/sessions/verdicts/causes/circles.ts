import { quote } from "@bootlace/dhcp-core";
import type { Words } from "./words.ts";

const scriptForIpxe =
  "give iPXE a script: put boot.ipxe into the root folder, or write a rule with when: { firmware: ipxe }";

/** Why a boot comes back to where it was. */
export const causesOfCircles = {
  "chain-refused": ({ file }: { file: string | undefined }): Words => {
    const what = file === undefined ? "the iPXE binary" : quote(file);
    return {
      sentence: `iPXE is running and would get ${what}, which is iPXE again: Bootlace sent no reply`,
      fix: scriptForIpxe,
    };
  },

  "chain-loaded": ({ file, times, known }: { file: string; times: number; known: boolean }): Words => ({
    sentence: `the client loaded ${quote(file)} ${times} times in a row: iPXE starts and gets iPXE as its boot file`,
    fix: known
      ? scriptForIpxe
      : `${scriptForIpxe}; this build of iPXE does not say that it is iPXE (options 77 and 175)`,
  }),

  "reads-itself": ({ file, by }: { file: string; by: string }): Words => ({
    sentence: `the client goes around in a circle: ${quote(by)} starts ${quote(file)}, which reads ${quote(by)} again`,
    fix: `name a kernel or a menu in ${quote(by)}; to go on to another configuration of PXELINUX, write CONFIG with its name and APPEND with its folder`,
  }),
} as const;
