import type { BootServer, CacheStatistics, HolderOf, Source } from "@bootlace/boot-source";
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
   * New requests a second, from all clients, that nobody acknowledges. Default 500, after a first burst of 1000; and as
   * many again for addresses that have acknowledged a transfer before, which no invented sender can use. A request
   * gives its share back as soon as the client acknowledges anything, or when it is answered by ERROR: so one machine
   * that fetches hundreds of small files, or a PXELINUX ladder, never feels it, while requests under a false sender
   * address do.
   */
  readonly unacknowledgedPerSecond: number;
  /**
   * The same for one client address. Default 10, after a first burst of 64. Ten times as many are answered by a single
   * packet, since the sender may be forged, and the machine that has the address must not be locked out.
   */
  readonly unacknowledgedPerSecondPerClient: number;
  /** ERRORs a second to requests that get no transfer, such as for files that are not there. Default 500, after a first burst of 1000, and as many again for known addresses. */
  readonly errorsPerSecond: number;
  /** The same for one client address. Default 100, after a first burst of 500. */
  readonly errorsPerSecondPerClient: number;
  /** Bytes of file contents kept in memory for all transfers together. Default 32 MiB. */
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

/** An address that reaches every machine of a network. */
export interface BroadcastAddress {
  readonly address: string;
  /** The address of this machine that clients are to ask. */
  readonly instead: string;
}

/** What can change while the server runs. What is left out, or `undefined`, stays as it is. */
export interface TftpChanges {
  /**
   * Local addresses to serve on; each gets a socket of its own, so that a reply always comes from the address that was
   * asked, and requests to a broadcast address are not heard. Default: every IPv4 address of this machine, followed
   * while the server runs. Empty: none, until a change gives some. "0.0.0.0" is possible, but then the operating system
   * chooses the sender of the replies.
   */
  readonly addresses?: readonly string[] | undefined;
  /**
   * Broadcast addresses, each with the address to ask in its place. A request to one of them gets no answer (RFC 1123
   * §4.2.3.5), and is reported: `refused` with the reason `broadcast`. Default: none, and they are not heard. One that
   * cannot be bound is left out.
   */
  readonly broadcasts?: readonly BroadcastAddress[] | undefined;
  /** UDP port of the requests, 1 to 65535. Default 69; 0 lets the system choose, see `addresses()`. */
  readonly port?: number | undefined;
  /**
   * Who is served: addresses and subnets ("192.168.11.0/24"). Default, also when empty: subnets of this machine's
   * interfaces and all private, link-local and loopback addresses. Others get no answer.
   */
  readonly clients?: readonly string[] | undefined;
  readonly limits?: Partial<TftpLimits> | undefined;
  /** Called for each request, before negotiation. */
  readonly settingsFor?: ((client: TftpClient, file: string) => ClientSettings | undefined) | undefined;
}

export interface TftpServerOptions extends TftpChanges {
  readonly source: Source;
  /**
   * Answer from the request port itself, for firewalls and NAT. Not as RFC 1350 wants it: who forges a sender can guess
   * what it would have to acknowledge. So there are no windows in this mode, and no address counts as known. Default
   * false.
   */
  readonly singlePort?: boolean | undefined;
  /**
   * Send a window of DATA by one call and have Linux cut it into packets (UDP_SEGMENT), where blksize is 1468 or the
   * largest that is granted. Node cannot ask for that: `/usr/bin/perl` is started when an address is bound, for 256
   * sockets that are made ahead. Without that program all goes as it does otherwise. Default false.
   */
  readonly segmentation?: boolean | undefined;
  /** Where uploads go. Default: write requests are refused. */
  readonly sink?: Sink | undefined;
  /**
   * Bytes of the largest packet that leaves by the interface with this local address; undefined when it is not known.
   * Default: what Linux says of the interface. Asked for a request when the last answer is two seconds old.
   */
  readonly mtuOf?: ((address: string) => number | undefined) | undefined;
  /**
   * Whether an address is that of a machine which is there, such as one in the ARP table. Asked when the share of
   * strangers is used up. Default: only those that have acknowledged a transfer.
   */
  readonly isNeighbour?: ((address: string) => boolean) | undefined;
  /** Milliseconds between two `progress` events of one transfer. Default 1000; 0: none. */
  readonly progressInterval?: number | undefined;
  /** Finds who holds a port that is in use; what it finds is part of the `ServerStartError`. */
  readonly holderOf?: HolderOf | undefined;
  /** Gets every event, in order. What it throws is not caught. */
  readonly onEvent?: ((event: TftpEvent) => void) | undefined;
}

/** How it is now, and figures since the server was created. */
export interface TftpStatistics {
  readonly requests: number;
  /** Transfers that run now. */
  readonly transfersActive: number;
  readonly transfersDone: number;
  readonly transfersAborted: number;
  readonly probes: number;
  readonly notFound: number;
  readonly refused: number;
  /** Bytes acknowledged by clients or received from them. */
  readonly bytes: number;
  readonly retransmissions: number;
  readonly cache: CacheStatistics;
}

/**
 * A TFTP server. Transfers that run go on to their end after a change, but in single-port mode they end with their
 * socket.
 */
export type TftpServer = BootServer<TftpChanges, TftpStatistics>;
