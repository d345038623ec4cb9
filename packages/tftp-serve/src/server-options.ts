/// <reference lib="esnext.disposable" preserve="true" />

import type { Source } from "@bootlace/boot-source";
import type { TftpClient, TftpEvent } from "./core/events.ts";
import type { Sink } from "./sink.ts";

/** What bounds the server. Every figure can be changed; the defaults are for a LAN of some hundred machines. */
export interface TftpLimits {
  /** Largest blksize granted, 512..65464. Default 1468: an Ethernet frame of 1500 less IPv4, UDP and TFTP headers; many ROMs cannot reassemble fragments. Where the interface carries less, less is granted; above 1468 there are fragments wherever it does not carry them. */
  readonly maxBlockSize: number;
  /** Largest windowsize granted, 1..65535. Default 16. blksize × windowsize is never above 64 KiB. */
  readonly maxWindowSize: number;
  /** Transfers at once. Default 1024: some hundred machines that are switched on together are all served, and who comes next as well. When all are in use, one that has been silent for long makes room, one that never answered first. */
  readonly maxTransfers: number;
  /**
   * Transfers at once for one client address. Default 64: a booting machine uses one or two, but machines behind one
   * address (virtual machines behind NAT) share it. Clients on a loopback address are bound by neither figure "per
   * client": that is this machine, and all its virtual machines look like one.
   */
  readonly maxTransfersPerClient: number;
  /**
   * New requests a second, from all clients, that nobody acknowledges. Default 500, after a first burst of 1000. A
   * request gives its share back as soon as the client acknowledges anything, or when it is answered by ERROR (no
   * larger than what any answer must be): so one machine that fetches hundreds of small files, or a PXELINUX ladder,
   * never feels it, while requests under a false sender address do.
   */
  readonly unacknowledgedPerSecond: number;
  /** The same for one client address. Default 10, after a first burst of 64. */
  readonly unacknowledgedPerSecondPerClient: number;
  /** Octets of file contents kept in memory for all transfers together. Default 32 MiB. */
  readonly cacheSize: number;
  /** Milliseconds without a sign from the client after which a transfer ends. Default 30,000. */
  readonly idleLimit: number;
  /** Milliseconds a transfer may take, or the time at 16 KiB/s if that is longer. Default 900,000. */
  readonly lifetime: number;
}

/** What may differ from client to client. Anything left out is as for everybody. */
export interface ClientSettings {
  /** Block number after 65535: 0 as nearly all clients expect, 1 for a minority. */
  readonly rollover?: 0 | 1;
  readonly maxBlockSize?: number;
  readonly maxWindowSize?: number;
  /** Options to leave unanswered, for clients that ask for them and then misbehave: for example ["blksize"]. */
  readonly ignoreOptions?: readonly string[];
}

export interface TftpServerOptions {
  readonly source: Source;
  /**
   * Local addresses to serve on; each gets a socket of its own, so that a reply always comes from the address that was
   * asked, and requests to a broadcast address are not heard. Default: every IPv4 address of this machine, followed
   * while the server runs. "0.0.0.0" is possible, but then the operating system chooses the sender of the replies.
   */
  readonly addresses?: readonly string[];
  /** UDP port of the requests. Default 69; 0 lets the system choose, see `endpoints()`. */
  readonly port?: number;
  /** Answer from the request port itself, for firewalls and NAT. Not as RFC 1350 wants it. Default false. */
  readonly singlePort?: boolean;
  /**
   * Send a window of DATA by one call and have Linux cut it into packets (UDP_SEGMENT), where blksize is 1468 or the
   * largest that is granted. Node cannot ask for that: `/usr/bin/perl` is started when an address is bound, for 256
   * sockets that are made ahead. Without that program all goes as it does otherwise. Default false.
   */
  readonly segmentation?: boolean;
  /**
   * Who is served: addresses and subnets ("192.168.11.0/24"). Default: subnets of this machine's interfaces and all
   * private, link-local and loopback addresses. Others get no answer.
   */
  readonly clients?: readonly string[];
  /** Where uploads go. Default: write requests are refused. */
  readonly sink?: Sink;
  readonly limits?: Partial<TftpLimits>;
  /**
   * Octets of the largest packet that leaves by the interface with this local address; undefined when it is not known.
   * Default: what Linux says of the interface. Asked for a request when the last answer is two seconds old.
   */
  readonly mtuOf?: (address: string) => number | undefined;
  /** Called for each request, before negotiation. */
  readonly settingsFor?: (client: TftpClient, file: string) => ClientSettings | undefined;
  /** Milliseconds between two `progress` events of one transfer. Default 1000; 0: none. */
  readonly progressInterval?: number;
  /** Gets every event, in order. What it throws is not caught. */
  readonly onEvent?: (event: TftpEvent) => void;
}

export interface TftpEndpoint {
  readonly address: string;
  readonly port: number;
}

/** Figures since the start of the server. */
export interface TftpStatistics {
  readonly requests: number;
  readonly transfersActive: number;
  readonly transfersDone: number;
  readonly transfersAborted: number;
  readonly probes: number;
  readonly notFound: number;
  readonly refused: number;
  /** Octets acknowledged by clients or received from them. */
  readonly bytes: number;
  readonly retransmissions: number;
  readonly cache: {
    /** Octets in use now, and the most there may be. */
    readonly bytes: number;
    readonly limit: number;
    readonly hits: number;
    readonly misses: number;
  };
}

/** What can change while the server runs. What is left out stays as it is. */
export interface TftpChanges {
  readonly addresses?: readonly string[];
  readonly port?: number;
  /** Empty: as when the option `clients` is left out. */
  readonly clients?: readonly string[];
  readonly limits?: Partial<Pick<TftpLimits, "maxBlockSize" | "maxWindowSize" | "maxTransfers">>;
}

export interface TftpServer {
  /**
   * Binds every address. Rejects with `TftpStartError` when one could not be bound; all are tried first, and none stays
   * bound then.
   */
  start(): Promise<void>;
  /** `drain`: take no new requests, but let the running transfers end, for at most `timeout` ms (default 30,000). Safe to call twice. */
  stop(options?: { readonly drain?: boolean; readonly timeout?: number }): Promise<void>;
  /**
   * Serves exactly these addresses from now on. Transfers on an address that is gone go on when it comes back within
   * `idleLimit` (except in single-port mode: they end). An address that cannot be bound is reported by `listen-failed`
   * and tried again; nothing is thrown.
   */
  setAddresses(addresses: readonly string[]): Promise<void>;
  /**
   * Changes the server while it runs. New requests find the new settings; transfers that run go on to their end, also
   * on an address or port that is given up (except in single-port mode). An address that stays keeps its socket.
   * @returns the addresses that could not be bound; they are tried again
   */
  configure(changes: TftpChanges): Promise<readonly TftpBindFailure[]>;
  /** What is bound now, with the port the system chose. */
  endpoints(): readonly TftpEndpoint[];
  /** Transfers now running. */
  active(): number;
  statistics(): TftpStatistics;
  [Symbol.asyncDispose](): Promise<void>;
}

/** One address that could not be bound. `code` is that of the operating system: "EACCES", "EADDRINUSE", "EADDRNOTAVAIL". */
export interface TftpBindFailure extends TftpEndpoint {
  readonly code: string;
}

/** The server did not start. `code`, `address` and `port` are those of the first of `failures`. */
export class TftpStartError extends Error {
  override readonly name = "TftpStartError";
  readonly code: string;
  readonly address: string;
  readonly port: number;
  readonly failures: readonly TftpBindFailure[];

  constructor(failures: readonly [TftpBindFailure, ...TftpBindFailure[]]) {
    super(failures.map((f) => `cannot bind UDP ${f.address} port ${f.port}: ${f.code}`).join("; "));
    this.code = failures[0].code;
    this.address = failures[0].address;
    this.port = failures[0].port;
    this.failures = failures;
  }
}
