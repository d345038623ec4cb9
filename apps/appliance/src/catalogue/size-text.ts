/** A size in bytes for people (powers of ten). */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
  const unit = bytes < 999_500 ? "kB" : bytes < 999_500_000 ? "MB" : "GB";
  const value = bytes / { kB: 1e3, MB: 1e6, GB: 1e9 }[unit];
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}
