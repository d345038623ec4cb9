import { spawn } from "node:child_process";

/** An option of a socket, as setsockopt(2) takes it. */
export interface SocketOption {
  /** Of a socket of this process. */
  readonly descriptor: number;
  /** `SOL_SOCKET` (1), `SOL_UDP` (17) and so on, the numbers of the system. */
  readonly level: number;
  readonly name: number;
  /** The option's value; of `SO_ATTACH_FILTER` the instructions, `struct sock_filter` after `struct sock_filter`. */
  readonly value: Uint8Array;
}

/** Part of every Debian and Ubuntu (perl-base), and of most other systems. */
const perl = "/usr/bin/perl";

/**
 * What is set on a socket that was inherited is set for both processes. SO_ATTACH_FILTER (26) takes a pointer to the
 * instructions behind their number (socket(7), struct sock_fprog).
 */
const script = `
my $fd = 3;
while (my ($level, $name, $hex) = splice(@ARGV, 0, 3)) {
  my $value = pack("H*", $hex);
  $value = pack("S x![P] P", length($value) / 8, my $filter = $value) if $level == 1 && $name == 26;
  open(my $socket, "+<&=", $fd++) or exit 1;
  setsockopt($socket, $level, $name, $value) or exit 2;
}`;

/** Options for which one program is started: it inherits as many descriptors. */
const batch = 128;
const patience = 10_000;

/**
 * Sets options of sockets that Node.js has no call for, in their order, by perl(1).
 *
 * @param program what to run instead of `/usr/bin/perl`
 * @returns whether all were set; false where there is no such program, or the system refuses one: those before it are set
 */
export async function setSocketOptions(options: readonly SocketOption[], program = perl): Promise<boolean> {
  if (process.platform !== "linux") return false;
  for (let from = 0; from < options.length; from += batch) {
    if (!(await setBatch(options.slice(from, from + batch), program))) return false;
  }
  return true;
}

function setBatch(options: readonly SocketOption[], program: string): Promise<boolean> {
  const words = options.flatMap(({ level, name, value }) => [
    `${level}`,
    `${name}`,
    Buffer.from(value).toString("hex"),
  ]);
  return new Promise((resolve) => {
    const child = spawn(program, ["-f", "-e", script, "--", ...words], {
      stdio: ["ignore", "ignore", "ignore", ...options.map(({ descriptor }) => descriptor)],
      cwd: "/",
      env: {},
      timeout: patience,
    });
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}

/**
 * The number of the file descriptor of a socket of `node:dgram`, which has no public interface for it; undefined before it
 * is bound.
 */
export function descriptorOf(socket: object): number | undefined {
  for (const symbol of Object.getOwnPropertySymbols(socket)) {
    if (symbol.description !== "state symbol") continue;
    const fd = (socket as unknown as Record<symbol, { handle?: { fd?: unknown } }>)[symbol]?.handle?.fd;
    if (typeof fd === "number" && fd >= 0) return fd;
  }
  return undefined;
}
