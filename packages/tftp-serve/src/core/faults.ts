import type { NotServedReason } from "@bootlace/boot-source";

/** A TFTP ERROR: code (RFC 1350, appendix; 8: RFC 2347) and the text we send. Texts stay below 40 bytes. */
export interface TftpError {
  readonly code: number;
  readonly text: string;
}

/** Every ERROR this server sends. */
export const errors = {
  fileChanged: { code: 0, text: "File changed" },
  readFailed: { code: 0, text: "Read failed" },
  busy: { code: 0, text: "Server is busy" },
  noAnswer: { code: 0, text: "Storage does not answer" },
  writeFailed: { code: 0, text: "Write failed" },
  tooLarge: { code: 0, text: "File too large for this transfer" },
  lifetime: { code: 0, text: "Transfer took too long" },
  stopping: { code: 0, text: "Server is stopping" },
  notFound: { code: 1, text: "File not found" },
  accessViolation: { code: 2, text: "Access violation" },
  diskFull: { code: 3, text: "Disk full or allocation exceeded" },
  illegalOperation: { code: 4, text: "Illegal TFTP operation" },
  unknownTid: { code: 5, text: "Unknown transfer ID" },
  exists: { code: 6, text: "File already exists" },
} as const satisfies Record<string, TftpError>;

/**
 * What the client gets. Everything that is merely not served looks alike, so that nobody learns by asking which
 * files or folders exist.
 */
export function errorFor(reason: NotServedReason): TftpError {
  switch (reason) {
    case "missing":
    case "is-directory":
    case "not-regular":
    case "permission-denied":
    case "outside-root":
    case "bad-name":
      return errors.notFound;
    case "too-large":
      return errors.tooLarge;
    case "busy":
      return errors.busy;
    case "no-answer":
      return errors.noAnswer;
    case "source-failed":
      return errors.readFailed;
  }
}
