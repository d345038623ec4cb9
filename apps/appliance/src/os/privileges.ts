/** A port that could not be bound, as the servers report it. */
export interface PortFailure {
  readonly service: string;
  readonly address: string;
  readonly port: number;
  readonly code: string;
  /** The process that holds the port, for people: "dnsmasq (pid 812)". */
  readonly holder?: string;
  readonly advice?: string;
}

const threeWays =
  "Either run as root, set AmbientCapabilities=CAP_NET_BIND_SERVICE in the systemd unit, " +
  "or set ports from 1024 up in the config (dhcp.port, dhcp.pxePort, tftp.port, http.port)";

/** All ports that could not be bound, the reasons and the fixes, in one line. */
export function explainPortFailures(failures: readonly PortFailure[]): string {
  const byCode = new Map<string, PortFailure[]>();
  for (const failure of failures) {
    const code = failure.code === "EPERM" ? "EACCES" : failure.code;
    byCode.set(code, [...(byCode.get(code) ?? []), failure]);
  }
  return [...byCode].map(([code, group]) => `cannot bind ${listPorts(group)}: ${explainCode(code, group)}`).join("; ");
}

export function protocolOf(service: string): "tcp" | "udp" {
  return service === "http" || service === "admin" ? "tcp" : "udp";
}

function listPorts(failures: readonly PortFailure[]): string {
  const addresses = new Map<string, string[]>();
  for (const { service, address, port } of failures) {
    const key = `${protocolOf(service).toUpperCase()} port ${port} (${service})`;
    const known = addresses.get(key) ?? [];
    addresses.set(key, known.includes(address) ? known : [...known, address]);
  }
  return [...addresses].map(([key, list]) => `${key} on ${list.join(", ")}`).join(", ");
}

function explainCode(code: string, failures: readonly PortFailure[]): string {
  switch (code) {
    case "EACCES":
      return `permission denied. ${threeWays}`;
    case "EADDRINUSE": {
      const holders = new Set(failures.flatMap(({ holder }) => holder ?? []));
      const who = holders.size === 0 ? "another program" : [...holders].join(" and ");
      const advice = new Set(
        failures.map((failure) => failure.advice ?? "Stop it, or set other interfaces or ports in the config"),
      );
      return `in use by ${who}. ${[...advice].join(". ")}`;
    }
    case "EADDRNOTAVAIL":
      return "no interface has this address";
    default:
      return withAdvice(code);
  }
}

/** A system error with the way out, where the system has run out of descriptors (open(2)). */
export function withAdvice(code: string): string {
  switch (code) {
    case "EMFILE":
      return "EMFILE, too many open files. Raise the limit: LimitNOFILE=4096 in the systemd unit, or ulimit -n 4096";
    case "ENFILE":
      return "ENFILE, the system has too many open files. Raise its limit: sysctl -w fs.file-max=100000";
    default:
      return code;
  }
}
