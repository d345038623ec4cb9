import type { LogRecord } from "./log-record.ts";

/** What the log of a boot must show. */
export interface ExpectedBoot {
  readonly mac: string;
  readonly architecture: string;
  /** The path the offer names. */
  readonly bootFile: string;
  /** Every file the machine fetches, in its order, with its size in bytes. */
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/**
 * What is missing or wrong in the log of a boot: DISCOVER and OFFER with all that a person needs to see of them, then
 * each file in its order. One line for each gap, none when the log is complete.
 */
export function gapsInBootLog(records: readonly LogRecord[], expected: ExpectedBoot): string[] {
  const gaps: string[] = [];
  const offer = records.find((record) => record.event === "dhcp.offer" && record.mac === expected.mac);
  if (!offer) return [`no dhcp.offer for ${expected.mac}`];
  const says = (key: string, value: unknown) => {
    if (offer[key] !== value)
      gaps.push(`dhcp.offer: ${key} is ${JSON.stringify(offer[key])}, not ${JSON.stringify(value)}`);
  };
  says("type", "DISCOVER");
  says("arch", expected.architecture);
  says("bootFile", expected.bootFile);
  if (!/^[0-9a-f]{8}$/.test(String(offer.xid))) gaps.push(`dhcp.offer: xid is ${JSON.stringify(offer.xid)}`);
  if (!String(offer.vendorClass).startsWith("PXEClient")) gaps.push(`dhcp.offer: no vendor class`);
  gaps.push(...gapsInOptions(offer.options));

  let from = records.indexOf(offer);
  for (const { path, size } of expected.files) {
    const at = records.findIndex(
      (record, index) => index > from && record.event === "tftp.done" && namesFile(record.file, path),
    );
    const done = records[at];
    if (!done) {
      gaps.push(`no tftp.done for ${path} in its place`);
      continue;
    }
    from = at;
    if (done.bytes !== size) gaps.push(`${path}: ${JSON.stringify(done.bytes)} bytes, not ${size}`);
    for (const key of ["seconds", "bytesPerSecond"]) {
      if (typeof done[key] !== "number") gaps.push(`${path}: no ${key}`);
    }
  }
  return gaps;
}

function gapsInOptions(options: unknown): string[] {
  if (!Array.isArray(options) || options.length === 0) return ["dhcp.offer: no options"];
  return options.flatMap((option: LogRecord) => {
    const whole = typeof option.code === "number" && typeof option.size === "number" && option.value !== undefined;
    return whole ? [] : [`dhcp.offer: option without code, size or value: ${JSON.stringify(option)}`];
  });
}

/** Clients put slashes in front of a name and double them within. */
function namesFile(name: unknown, path: string): boolean {
  return typeof name === "string" && name.replace(/\/+/g, "/").replace(/^\//, "") === path;
}
