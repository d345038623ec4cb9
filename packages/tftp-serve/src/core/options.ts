import type { OptionPair } from "./packet.ts";

/** Range of each option of a request. */
export const optionRanges = {
  /** RFC 2348. */
  blksize: { least: 8, most: 65464 },
  /** RFC 2349, seconds. */
  timeout: { least: 1, most: 255 },
  /** RFC 2349, bytes. */
  tsize: { least: 0, most: Number.MAX_SAFE_INTEGER },
  /** RFC 7440. */
  windowsize: { least: 1, most: 65535 },
} as const;

export type KnownOption = keyof typeof optionRanges;

/** The option a name stands for; names are not case-sensitive (RFC 2347). */
export function knownOption(name: string): KnownOption | undefined {
  const lower = name.toLowerCase();
  return Object.hasOwn(optionRanges, lower) ? (lower as KnownOption) : undefined;
}

/** A plain decimal within the option's range: no sign, no space, no leading zero. Anything else is undefined. */
export function optionNumber(option: KnownOption, text: string): number | undefined {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  const value = Number(text);
  const { least, most } = optionRanges[option];
  return value >= least && value <= most ? value : undefined;
}

/** Value of an option of a request; undefined when it is absent or invalid. */
export function requestedNumber(options: readonly OptionPair[], option: KnownOption): number | undefined {
  const pair = options.find(([name]) => knownOption(name) === option);
  return pair && optionNumber(option, pair[1]);
}
