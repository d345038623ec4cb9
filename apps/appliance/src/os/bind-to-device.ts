import { spawn } from "node:child_process";
import type { BindToDevice } from "@bootlace/proxy-dhcp";

/** Part of every Debian and Ubuntu (perl-base), and of most other systems. */
const perl = "/usr/bin/perl";

/** SOL_SOCKET and SO_BINDTODEVICE of Linux (socket(7)). What is set on a socket that was inherited is set for both processes. */
const script = `
my $fd = 3;
for my $device (@ARGV) {
  open(my $socket, "+<&=", $fd++) or exit 1;
  setsockopt($socket, 1, 25, $device . "\\0") or exit 2;
}`;

/** Sockets for which one program is started. */
const batch = 128;
const patience = 10_000;

/**
 * By perl(1), since Node has no setsockopt(2). False where there is no such program, or where the kernel wants CAP_NET_RAW
 * for it (before Linux 5.7).
 */
export async function bindToDevice(sockets: Parameters<BindToDevice>[0], program = perl): Promise<boolean> {
  if (process.platform !== "linux") return false;
  for (let from = 0; from < sockets.length; from += batch) {
    if (!(await bindBatch(sockets.slice(from, from + batch), program))) return false;
  }
  return true;
}

function bindBatch(sockets: Parameters<BindToDevice>[0], program: string): Promise<boolean> {
  const names = sockets.map(({ device }) => device);
  const descriptors = sockets.map(({ descriptor }) => descriptor);
  return new Promise((resolve) => {
    const child = spawn(program, ["-f", "-e", script, "--", ...names], {
      stdio: ["ignore", "ignore", "ignore", ...descriptors],
      cwd: "/",
      env: {},
      timeout: patience,
    });
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}
