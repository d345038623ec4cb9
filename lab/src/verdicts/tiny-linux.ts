import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { must } from "../failure.ts";
import { locate } from "../packages.ts";

/** What the system says when it runs, and when a DHCP server has given it an address. */
export const LINUX_UP = "TINY-LINUX-UP";
export const LINUX_HAS_ADDRESS = "TINY-LINUX-HAS-ADDRESS";

const INIT = `#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
exec </dev/ttyS0 >/dev/ttyS0 2>&1
echo ${LINUX_UP}
/bin/busybox insmod /lib/e1000.ko
/bin/busybox sleep 1
/bin/busybox ip link set eth0 up
/bin/busybox udhcpc -i eth0 -q -n -t 10 -T 2 -s /lib/lease && echo ${LINUX_HAS_ADDRESS}
while true; do /bin/busybox sleep 60; done
`;

/** An initrd for Debian's kernel: busybox, the driver of the card, and a DHCP client. */
export function tinyInitrd(extra = 0): Uint8Array {
  const entries: Entry[] = [
    ["bin", 0o40755, Buffer.alloc(0)],
    ["lib", 0o40755, Buffer.alloc(0)],
    ["bin/busybox", 0o100755, readFileSync(locate("busybox"))],
    ["lib/lease", 0o100755, Buffer.from("#!/bin/busybox sh\nexit 0\n")],
    ...debianModules(),
    ["init", 0o100755, Buffer.from(INIT)],
  ];
  if (extra > 0) entries.push(["ballast", 0o100644, Buffer.alloc(extra)]);
  return gzipSync(archive(entries), { level: extra > 0 ? 0 : 6 });
}

type Entry = readonly [name: string, mode: number, content: Uint8Array];

let modules: readonly Entry[] | undefined;

/** The modules of Debian's installer that it needs, to lie in /lib; the installer is unpacked once. */
function debianModules(): readonly Entry[] {
  if (modules !== undefined) return modules;
  const installer = gunzipSync(readFileSync(locate("debianInitrd")));
  modules = ["e1000"].map((name) => {
    const found = findEntry(installer, `/${name}.ko`);
    must(found !== undefined, `Debian's installer has no module ${name}`);
    return [`lib/${name}.ko`, 0o100644, Buffer.from(found)];
  });
  return modules;
}

const HEADER = 110;
const align4 = (size: number) => (size + 3) & ~3;

/** The content of the first entry whose name ends so (cpio(5), "New ASCII Format"). */
function findEntry(bytes: Buffer, ending: string): Uint8Array | undefined {
  const field = (at: number, number: number) => {
    const begin = at + 6 + number * 8;
    return Number.parseInt(bytes.toString("latin1", begin, begin + 8), 16);
  };
  for (let at = 0; at + HEADER <= bytes.length && bytes.toString("latin1", at, at + 6) === "070701"; ) {
    const size = field(at, 6);
    const length = field(at, 11);
    const name = bytes.toString("latin1", at + HEADER, at + HEADER + length - 1);
    const begin = align4(at + HEADER + length);
    if (name.endsWith(ending)) return bytes.subarray(begin, begin + size);
    at = align4(begin + size);
  }
  return undefined;
}

function archive(entries: readonly Entry[]): Buffer {
  const parts: Buffer[] = [];
  for (const [number, [name, mode, content]] of [...entries, ["TRAILER!!!", 0, Buffer.alloc(0)] as const].entries()) {
    const fields = [number + 1, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length + 1, 0];
    const words = fields.map((field) => field.toString(16).padStart(8, "0")).join("");
    const head = Buffer.from(`070701${words}${name}\0`);
    parts.push(padded(head), padded(content));
  }
  return Buffer.concat(parts);
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(align4(bytes.length) - bytes.length)]);
}
