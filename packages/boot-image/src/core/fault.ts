/** Why an image, or a part of it, cannot be read. */
export type ImageFaultCode =
  /** There is no volume descriptor of a disc: neither ISO 9660 nor UDF. */
  | "not-an-image"
  /** Something lies behind the end of the image. The image is incomplete, or a record is wrong. */
  | "beyond-end"
  /** A record contradicts its own format. */
  | "bad-record"
  /** A name is empty, `.` or `..`, or has a slash, NUL or another control character. */
  | "bad-name"
  /** Symbolic links or folders form a circle. */
  | "cycle"
  /** More than this library reads: levels, entries, bytes of folders, parts of a file. */
  | "too-large"
  /** It is valid, and this library cannot read it. */
  | "unsupported"
  /** There is no such file. */
  | "missing"
  /** The path goes through something that is not a folder. */
  | "not-a-folder"
  /** A folder or a device where a file is needed. */
  | "not-a-file";

/** An expected failure: what is wrong, and at which byte of the image. */
export interface ImageFault {
  readonly code: ImageFaultCode;
  /** Byte in the image where the record is; 0 where no record is to blame. */
  readonly offset: number;
  readonly detail: string;
}

export type ImageResult<T> = ({ readonly ok: true } & T) | { readonly ok: false; readonly fault: ImageFault };

/** How a parser gives up inside this library. {@link attempt} makes a value of it before it leaves. */
export class ImageFaultError extends Error {
  override readonly name = "ImageFaultError";
  readonly fault: ImageFault;

  constructor(fault: ImageFault) {
    super(fault.detail);
    this.fault = fault;
  }
}

/** @throws ImageFaultError always */
export function fail(code: ImageFaultCode, offset: number, detail: string): never {
  throw new ImageFaultError({ code, offset, detail });
}

/** Runs a parser; what it gives up on is a value. Errors of the medium and bugs pass through. */
export async function attempt<T>(parse: () => T | Promise<T>): Promise<ImageResult<{ readonly value: T }>> {
  try {
    return { ok: true, value: await parse() };
  } catch (error) {
    if (error instanceof ImageFaultError) return { ok: false, fault: error.fault };
    throw error;
  }
}
