import { sizeText } from "../catalogue/size-text.ts";

/** How far a file is on its way. */
export interface TransferProgress {
  readonly bytes: number;
  readonly size?: number | undefined;
  readonly percent?: number | undefined;
  readonly bytesPerSecond?: number | undefined;
  readonly secondsLeft?: number | undefined;
  /** Since the client acknowledged something last, when that is long ago. */
  readonly stalledSeconds?: number | undefined;
}

/** `80 of 200 MB (40 %)`, `80 MB`. */
function amountText({ bytes, size, percent }: TransferProgress): string {
  if (size === undefined) return sizeText(bytes);
  const [done, all] = [sizeText(bytes), sizeText(size)];
  const unit = all.slice(all.lastIndexOf(" "));
  const plain = done.endsWith(unit) ? done.slice(0, -unit.length) : done;
  return `${plain} of ${all}${percent === undefined ? "" : ` (${percent} %)`}`;
}

/** `4.0 MB/s, 30 s left`; `no byte for 12 s`. */
function paceText({ bytesPerSecond, secondsLeft, stalledSeconds }: TransferProgress): string[] {
  if (stalledSeconds !== undefined) return [`no byte for ${durationText(stalledSeconds)}`];
  const left = secondsLeft === undefined ? [] : [`${durationText(secondsLeft)} left`];
  return bytesPerSecond === undefined ? left : [`${sizeText(bytesPerSecond)}/s`, ...left];
}

/** How far a transfer is, as `80 of 200 MB (40 %), 4.0 MB/s, 30 s left`. */
export function progressText(progress: TransferProgress): string {
  return progressForms(progress)[0] ?? "";
}

/** The same in forms for less and less room, the longest first. */
export function progressForms(progress: TransferProgress): readonly string[] {
  const { bytes, percent } = progress;
  const pace = paceText(progress);
  const short = percent === undefined ? sizeText(bytes) : `${percent} %`;
  return [[amountText(progress), ...pace], [short, ...pace], [short]].map((parts) => parts.join(", "));
}

/** `48 s`, `1 m 3 s`, `2 h 5 m`, `3 d 4 h`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [days, hours] = [Math.floor(whole / 86_400), Math.floor((whole % 86_400) / 3600)];
  const minutes = Math.floor((whole % 3600) / 60);
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} m`;
  return minutes > 0 ? `${minutes} m ${whole % 60} s` : `${whole} s`;
}
