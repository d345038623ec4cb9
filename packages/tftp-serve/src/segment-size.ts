import { spawn } from "node:child_process";

/** Has the system cut datagrams that are longer than `size` into packets, on each of these sockets. @returns whether it does */
export type SetSegmentSize = (descriptors: readonly number[], size: number) => Promise<boolean>;

/** Part of every Debian and Ubuntu (perl-base), and of most other systems. */
const perl = "/usr/bin/perl";

/** SOL_UDP and UDP_SEGMENT of Linux. What is set on a socket that was inherited is set for both processes. */
const script = `
my ($size, $count) = @ARGV;
for my $fd (3 .. 2 + $count) {
  open(my $socket, "+<&=", $fd) or exit 1;
  setsockopt($socket, 17, 103, pack("i", $size)) or exit 2;
}`;

const patience = 10_000;

/** By perl(1), since Node has no setsockopt(2). Where there is no such program, or no such option, nothing is set. */
export function setSegmentSize(descriptors: readonly number[], size: number, program = perl): Promise<boolean> {
  return new Promise((resolve) => {
    if (process.platform !== "linux") {
      resolve(false);
      return;
    }
    const child = spawn(program, ["-f", "-e", script, String(size), String(descriptors.length)], {
      stdio: ["ignore", "ignore", "ignore", ...descriptors],
      cwd: "/",
      env: {},
      timeout: patience,
    });
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}
