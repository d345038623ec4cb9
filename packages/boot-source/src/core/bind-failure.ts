/** An address and port that a server could not bind. */
export interface BindFailure {
  readonly protocol: "udp" | "tcp";
  readonly address: string;
  readonly port: number;
  /** As the operating system says it: "EACCES", "EADDRINUSE", "EADDRNOTAVAIL". */
  readonly code: string;
  /** The process that holds the port, for people: "dnsmasq (pid 812)". */
  readonly holder?: string;
  /** What the user can do about it: one sentence, without a full stop at its end. */
  readonly advice?: string;
}

/** Finds who holds the port of a failure, for people: "dnsmasq (pid 812)". */
export type HolderOf = (failure: BindFailure) => Promise<string | undefined>;

/**
 * The server did not start, and nothing is left bound. `code`, `address` and `port` are those of the first of
 * `failures`; the message has one clause for each of them.
 */
export class ServerStartError extends Error {
  override readonly name = "ServerStartError";
  readonly failures: readonly BindFailure[];
  readonly code: string;
  readonly address: string;
  readonly port: number;

  constructor(failures: readonly [BindFailure, ...BindFailure[]]) {
    super(failures.map(bindFailureText).join("; "));
    this.failures = failures;
    this.code = failures[0].code;
    this.address = failures[0].address;
    this.port = failures[0].port;
  }
}

/** One line for people: "cannot bind UDP 0.0.0.0 port 67: EADDRINUSE, held by dnsmasq (pid 812)". */
export function bindFailureText({ protocol, address, port, code, holder, advice }: BindFailure): string {
  const held = holder === undefined ? "" : `, held by ${holder}`;
  const help = advice === undefined ? "" : `. ${advice}`;
  return `cannot bind ${protocol.toUpperCase()} ${address} port ${port}: ${code}${held}${help}`;
}

/** Adds what to do about it, where nothing was said and the code leaves no doubt. */
export function withAdvice(failure: BindFailure): BindFailure {
  const advice = failure.advice ?? adviceFor(failure);
  return advice === undefined ? failure : { ...failure, advice };
}

function adviceFor({ code, port }: BindFailure): string | undefined {
  if (code === "EADDRNOTAVAIL") return "No interface of this machine has this address";
  const privileged = code === "EACCES" && port < 1024;
  return privileged ? "Run the program with CAP_NET_BIND_SERVICE, or choose a port above 1023" : undefined;
}

/** Adds to each failure with a port in use who holds it. A search that fails, or gives no text, finds nobody. */
export function withHolders(
  failures: readonly BindFailure[],
  holderOf: HolderOf | undefined,
): Promise<readonly BindFailure[]> {
  return Promise.all(
    failures.map(async (failure) => {
      if (failure.code !== "EADDRINUSE" || failure.holder !== undefined || holderOf === undefined) return failure;
      try {
        const holder: unknown = await holderOf(failure);
        return typeof holder === "string" ? { ...failure, holder } : failure;
      } catch {
        return failure;
      }
    }),
  );
}
