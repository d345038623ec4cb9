import type { OpenResult } from "./core/source.ts";

const utf8 = new TextEncoder();

/**
 * A file from memory, for sources that make their content.
 * @param version equal versions must mean equal bytes; leave it out for content made for one client
 */
export function content(data: string | Uint8Array, version?: string): OpenResult {
  const bytes = typeof data === "string" ? utf8.encode(data) : data;
  return {
    ok: true,
    file: {
      size: bytes.length,
      version,
      read(target, position) {
        const part = bytes.subarray(position, position + target.length);
        target.set(part);
        return part.length;
      },
      close() {},
    },
  };
}
