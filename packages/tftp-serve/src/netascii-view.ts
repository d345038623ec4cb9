import { notFound, type OpenResult, SourceChangedError, type SourceFile } from "@bootlace/boot-source";
import { encodeNetascii, netasciiLength } from "./core/netascii.ts";

/** Files that still travel as netascii are configurations of switches and telephones. */
const maxNetasciiSize = 64 * 1024 * 1024;
const piece = 65536;

/** A file whose size is only known when its last byte was read: a read that does not fill its target ends at the end. */
export interface OpenEndedFile extends SourceFile {
  readonly openEnded?: true;
}

/**
 * A file as it looks in netascii, encoded piece by piece as it is sent: who may be a forged sender orders no more work than
 * the first piece. Its `size` is that of the file; how long it is in netascii is known at its end.
 */
export function netasciiView(file: SourceFile): OpenResult & { readonly file?: OpenEndedFile } {
  if (file.size > maxNetasciiSize) return notFound("too-large");
  /** Made when something is read: most transfers of a file share what one of them has read. */
  let buffer: Uint8Array | undefined;
  /** Where each piece of the file begins in netascii, as far as it was read. */
  const starts: number[] = [0];
  /** The index of the piece in `buffer`. */
  let held = -1;

  async function pieceAt(index: number): Promise<Uint8Array> {
    const at = index * piece;
    buffer ??= new Uint8Array(Math.min(piece, file.size));
    const part = buffer.subarray(0, Math.min(piece, file.size - at));
    if (held === index) return part;
    held = -1;
    const count = await file.read(part, at);
    if (count !== part.length) throw new SourceChangedError("the file is shorter than it was");
    held = index;
    return part;
  }

  return {
    ok: true,
    file: {
      size: file.size,
      openEnded: true,
      version: file.version === undefined ? undefined : `netascii ${file.version}`,
      ...(file.hold === undefined ? {} : { hold: () => file.hold?.() }),
      async read(target, position) {
        let filled = 0;
        let index = starts.findLastIndex((start) => start <= position);
        while (index * piece < file.size && filled < target.length) {
          const start = starts[index] ?? 0;
          const part = await pieceAt(index);
          const next = starts[index + 1] ?? start + netasciiLength(part);
          starts[index + 1] = next;
          if (next > position + filled) {
            filled += encodeNetascii(part, target.subarray(filled), position + filled - start);
          }
          index++;
        }
        return filled;
      },
      close: () => file.close(),
    },
  };
}
