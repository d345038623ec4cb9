import { notFound, type OpenResult, type SourceFile } from "@bootlace/boot-source";
import { encodeNetascii, netasciiLength } from "./core/netascii.ts";
import { messageOf } from "./session.ts";

/** Files that still travel as netascii are configurations of switches and telephones. */
const maxNetasciiSize = 64 * 1024 * 1024;
const piece = 65536;

/**
 * A file as it looks in netascii. Its size and the place of each piece are only known when all of it was read once, and
 * a block that is sent again must have the same bytes, whatever pair it begins in.
 */
export async function netasciiView(file: SourceFile): Promise<OpenResult> {
  if (file.size > maxNetasciiSize) return notFound("too-large");
  const buffer = new Uint8Array(Math.min(piece, file.size));
  /** Where each piece of the file begins in netascii. */
  const starts: number[] = [];
  let size = 0;
  for (let at = 0; at < file.size; at += piece) {
    const part = await readPiece(file, buffer, at);
    starts.push(size);
    size += netasciiLength(part);
  }
  const gone = file.sequential === true ? await unreadable(file, buffer) : undefined;
  if (gone !== undefined) return notFound("too-large", gone);
  return {
    ok: true,
    file: {
      size,
      version: file.version === undefined ? undefined : `netascii ${file.version}`,
      async read(target, position) {
        let filled = 0;
        let index = starts.findLastIndex((start) => start <= position);
        while (index >= 0 && index < starts.length && filled < target.length) {
          const part = await readPiece(file, buffer, index * piece);
          const skip = position + filled - (starts[index] ?? 0);
          filled += encodeNetascii(part, target.subarray(filled), skip);
          index++;
        }
        return filled;
      },
      close: () => file.close(),
    },
  };
}

/** Why a stream that was read to its end cannot be read again from its beginning; undefined when it can. */
async function unreadable(file: SourceFile, buffer: Uint8Array): Promise<string | undefined> {
  try {
    await readPiece(file, buffer, 0);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

async function readPiece(file: SourceFile, buffer: Uint8Array, at: number): Promise<Uint8Array> {
  const part = buffer.subarray(0, Math.min(piece, file.size - at));
  const count = await file.read(part, at);
  return part.subarray(0, count);
}
