import type { BootServer, CacheStatistics, HolderOf, Source } from "@bootlace/boot-source";
import type { HttpBootClient, HttpBootEvent } from "./core/events.ts";

/**
 * Looks at TCP connections of this server, which are open on this side: the bytes of each that its client's system has not
 * acknowledged (RFC 9293 section 3.3.1: SND.NXT − SND.UNA and all that is queued behind). On Linux tx_queue of
 * /proc/net/tcp. It is called some times a second while large bodies are on their way.
 * @returns in the order of `connections`: bytes, or undefined for a connection that is no more; undefined for all when it
 *   cannot look
 */
export type Unacknowledged = (connections: readonly HttpBootClient[]) => readonly (number | undefined)[] | undefined;

/** The limits of the server. All can be changed; the defaults suit a LAN of some hundred machines. */
export interface HttpBootLimits {
  /**
   * Connections at once, 1 or more. Default 1024. One more replaces one that is silent for a second, or idle; without such
   * a one it is answered 503 with Retry-After, which iPXE obeys. One in eight is kept for clients that are known.
   */
  readonly maxConnections: number;
  /**
   * Connections at once from one client address, 1 or more, and never more than three quarters of all. Default 64: virtual
   * machines behind NAT share one.
   */
  readonly maxConnectionsPerClient: number;
  /** Bytes of file contents cached in memory, in total. Default 32 MiB. */
  readonly cacheSize: number;
  /** Milliseconds for a request line and its headers to arrive. Default 10,000. */
  readonly requestTimeout: number;
  /** Milliseconds within a response in which the client reads nothing. Default 60,000. */
  readonly idleLimit: number;
  /** Milliseconds for which a connection without a request stays open. Default 30,000. */
  readonly keepAliveTimeout: number;
  /** Milliseconds a response may take, or the time at 16 KiB/s if that is longer. Default 900,000. */
  readonly lifetime: number;
}

export interface HttpBootServerOptions {
  readonly source: Source;
  /**
   * Local addresses to serve on; each gets a listener of its own. Default: every IPv4 address of this machine, followed
   * while the server runs. Empty: none, until a change gives some.
   */
  readonly addresses?: readonly string[] | undefined;
  /** TCP port, 1 to 65535. Default 80; 0 lets the system choose, see `addresses()`. */
  readonly port?: number | undefined;
  /**
   * The clients to serve: addresses and subnets ("192.168.11.0/24"). Default, also when empty: subnets of this machine's
   * interfaces and all private, link-local and loopback addresses. Connections of others are closed at once.
   */
  readonly clients?: readonly string[] | undefined;
  readonly limits?: Partial<HttpBootLimits> | undefined;
  /**
   * Names by which clients may call this server, in the Host header, besides addresses, localhost and the name of this
   * machine. Any other name is answered 421: a web page whose own name leads to this server (DNS rebinding) sends that name.
   */
  readonly hosts?: readonly string[] | undefined;
  /**
   * Whether the client at this address is a known one. Some connections are kept for such, and for those that have fetched a
   * file before.
   */
  readonly isKnown?: ((address: string) => boolean) | undefined;
  /** Finds the process that holds a port in use; its name becomes part of the `ServerStartError`. */
  readonly holderOf?: HolderOf | undefined;
  /**
   * Looks how much of a body has arrived: the operating system takes megabytes at once, and Node cannot ask it. Without this,
   * figures count what the operating system has taken, and a body is complete when the client asks for more or closes.
   */
  readonly unacknowledged?: Unacknowledged | undefined;
  /** Gets every event, in order. Its exceptions are not caught. */
  readonly onEvent?: ((event: HttpBootEvent) => void) | undefined;
}

/** Options that can change while the server runs. An absent one stays unchanged. */
export interface HttpBootChanges {
  readonly addresses?: readonly string[] | undefined;
  readonly port?: number | undefined;
  /** Empty: the same as without the option `clients`. */
  readonly clients?: readonly string[] | undefined;
  readonly hosts?: readonly string[] | undefined;
  readonly limits?: Partial<Pick<HttpBootLimits, "maxConnections" | "maxConnectionsPerClient">> | undefined;
}

/** The current state, and totals since the server was created. */
export interface HttpBootStatistics {
  /** Requests read so far, with any response. */
  readonly requests: number;
  /** Connections open now. */
  readonly connections: number;
  /** Bodies of more than 1 MiB being sent now. */
  readonly transfersActive: number;
  readonly cache: CacheStatistics;
}

/** A server of boot files by HTTP. */
export type HttpBootServer = BootServer<HttpBootChanges, HttpBootStatistics>;
