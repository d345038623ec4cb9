import { type KnownOption, knownOption, requestedNumber } from "./options.ts";
import type { OptionPair, TftpRequest } from "./packet.ts";

/** Bytes in flight at once, at most. */
export const maxWindowOctets = 65536;

/** RFC 1350. */
export const defaultBlockSize = 512;

export interface NegotiationBounds {
  readonly maxBlockSize: number;
  readonly maxWindowSize: number;
  /** Options to leave unanswered, in lower case. */
  readonly ignoreOptions: readonly string[];
}

/** What both sides now hold to. */
export interface Negotiated {
  readonly blockSize: number;
  readonly windowSize: number;
  /** Seconds; undefined when it was not asked for. */
  readonly timeout: number | undefined;
  /** The OACK to send, in the order of the request; empty: none is sent. */
  readonly acknowledged: readonly OptionPair[];
}

/**
 * Answers the options of a request (RFC 2347, 2348, 2349, 7440): only what was asked, names as the client wrote them,
 * values never above what was asked, timeout unchanged. An option that is unknown or has an invalid value is left out.
 * @param size bytes of the file, for tsize; for an upload undefined: then tsize is echoed
 */
export function negotiate(request: TftpRequest, size: number | undefined, bounds: NegotiationBounds): Negotiated {
  const netascii = request.mode === "netascii";
  const wanted = (option: KnownOption) =>
    bounds.ignoreOptions.includes(option) ? undefined : requestedNumber(request.options, option);
  const blksize = wanted("blksize");
  const blockSize = blksize === undefined ? defaultBlockSize : Math.min(blksize, Math.max(8, bounds.maxBlockSize));
  const windowsize = netascii ? undefined : wanted("windowsize");
  const windowSize = Math.min(
    windowsize ?? 1,
    Math.max(1, bounds.maxWindowSize),
    Math.max(1, Math.floor(maxWindowOctets / blockSize)),
  );
  const timeout = wanted("timeout");

  const tsize = netascii ? undefined : wanted("tsize");
  const answers: Record<KnownOption, number | undefined> = {
    blksize: blksize && blockSize,
    // RFC 7440 counts blocks of the file; switches that still use netascii do not know it.
    windowsize: windowsize && windowSize,
    timeout,
    // In netascii the size on the wire is not that of the file.
    tsize: tsize === undefined ? undefined : (size ?? tsize),
  };
  const acknowledged: OptionPair[] = [];
  for (const [name] of request.options) {
    const option = knownOption(name);
    const answer = option && answers[option];
    if (answer !== undefined) acknowledged.push([name, String(answer)]);
  }
  return { blockSize, windowSize, timeout, acknowledged };
}
