import type { Machine } from "../qemu.ts";
import type { BootTree } from "../tree.ts";
import type { MachineName } from "./machines.ts";
import type { Site } from "./site.ts";

/** The `outcome` of a boot as the API names it. */
export type OutcomeName =
  | "running"
  | "booted"
  | "delivered"
  | "failed"
  | "checked"
  | "unclear"
  | "ignored"
  | "elsewhere";

/** One set-up, and what a person in front of the screen would say of it. */
export interface Case {
  readonly id: string;
  readonly machine: MachineName;
  /** What is wrong, or why it goes well, in a line. */
  readonly story: string;
  readonly tree?: BootTree;
  /** bootlace.yaml; `root: ./boot` alone when absent. */
  readonly yaml?: string;
  /** Lines for the router's dnsmasq after its usual ones. */
  readonly routerLines?: readonly string[];
  /** Its `dhcp-range` lines instead of the usual one; empty: no router answers. */
  readonly pool?: readonly string[];
  /** An ordinary user serves, not root. */
  readonly asNobody?: true;
  /**
   * What the machine shows when it has come to this end. It decides, before any verdict is looked at. SeaBIOS moves the
   * cursor behind the first letter of a line: patterns for it leave that letter out.
   */
  readonly screen: RegExp;
  /** What it must not have shown by then. */
  readonly never?: RegExp;
  /** The outcomes that are right. `[]`: no boot at all may be reported. */
  readonly outcome: readonly OutcomeName[];
  /** Id, sentence or fix of the verdict must match each of them. */
  readonly says?: readonly RegExp[];
  /** `bootlace check` must say this; `"nothing"`: it must end with status 0. */
  readonly check?: RegExp | "nothing";
  /** It takes long: `.ci/run` takes only a share of these. */
  readonly slow?: true;
  /** Seconds until the screen must show it; 120 when absent: the machine of the lab may be busy. */
  readonly patience?: number;
  /** Seconds until the verdict must be right; 40 when absent. */
  readonly seconds?: number;
  /** Before the machine is switched on. */
  readonly prepare?: (site: Site) => Promise<void>;
  /** After it was switched on; ended when the screen shows its text. */
  readonly meanwhile?: (site: Site, machine: Machine) => Promise<void>;
  /** After the screen has shown it, before the verdict is awaited. */
  readonly afterwards?: (site: Site, machine: Machine) => Promise<void>;
}

/** Whether a set-up ends well. */
export function goesWell({ outcome }: Case): boolean {
  return outcome.length === 0 || outcome.includes("booted") || outcome.includes("checked");
}
