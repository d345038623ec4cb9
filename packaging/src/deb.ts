import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Appliance, configFile, program } from "./appliance.ts";
import { manPages } from "./man-pages.ts";
import { place } from "./places.ts";
import { type Staged, type StagedFile, withStaged } from "./staged.ts";
import type { Target } from "./targets.ts";

export interface DebRequest {
  readonly target: Target;
  readonly executable: string;
  /** The licences of Bootlace, its libraries and Node. */
  readonly licenses: string;
  readonly appliance: Appliance;
  /** Seconds since 1970. */
  readonly time: number;
}

const maintainer = "The Bootlace authors <bootlace@bootlace.invalid>";

/** What the executables need from the system: the newest symbols they name are GLIBC_2.28 and GLIBCXX_3.4.21. */
const depends = "libc6 (>= 2.28), libgcc-s1 (>= 3.0), libstdc++6 (>= 5.2)";

/** Builds the Debian package and returns its file name. The same input gives the same bytes. */
export function writeDeb(out: string, request: DebRequest): string {
  const { target, time, appliance } = request;
  const { version } = appliance;
  const files = filesOf(request);
  const name = `bootlace_${version}_${target.debian}.deb`;
  withStaged({ ...files, ...controlOf(request, files) }, time, (folder) => {
    // zstd -9 is packed in 2 s, xz of the same size in 50 s.
    const words = ["--root-owner-group", "-Zzstd", "-z9", "--build", folder, join(out, name)];
    execFileSync("dpkg-deb", words, { env: { ...process.env, SOURCE_DATE_EPOCH: String(time) }, stdio: "pipe" });
  });
  return name;
}

function filesOf({ executable, licenses, appliance, time }: DebRequest): Record<string, StagedFile> {
  const doc = "usr/share/doc/bootlace";
  const pages = [...manPages(appliance, time)].map(([name, text]): [string, StagedFile] => [
    `usr/share/man/man${name.at(-1)}/${name}.gz`,
    packed(text),
  ]);
  const readIn = (path: string): StagedFile => ({ content: readFileSync(place(path), "utf8") });
  return {
    [program.slice(1)]: { content: { copyOf: executable }, program: true },
    [configFile.slice(1)]: readIn("packaging/files/bootlace.yaml"),
    "lib/systemd/system/bootlace.service": { content: appliance.service("systemd") },
    "usr/share/bash-completion/completions/bootlace": { content: appliance.says("completion", "bash") },
    "usr/share/fish/vendor_completions.d/bootlace.fish": { content: appliance.says("completion", "fish") },
    "usr/share/lintian/overrides/bootlace": readIn("packaging/files/debian/lintian-overrides"),
    [`${doc}/copyright`]: { content: copyright() },
    [`${doc}/changelog.gz`]: packed(changelog(appliance.version, time)),
    [`${doc}/licenses.gz`]: packed(licenses),
    ...Object.fromEntries(pages),
  };
}

function controlOf({ target, appliance }: DebRequest, files: Staged): Staged {
  const scripts = ["postinst", "prerm", "postrm"].map((name): [string, StagedFile] => [
    `DEBIAN/${name}`,
    { content: readFileSync(place(`packaging/files/debian/${name}`), "utf8"), program: true },
  ]);
  const bytes = Object.values(files).reduce((sum, file) => sum + sizeOf(file), 0);
  const sums = Object.entries(files)
    .map(([path, file]) => `${createHash("md5").update(bytesOf(file)).digest("hex")}  ${path}\n`)
    .sort((one, other) => (one.slice(34) < other.slice(34) ? -1 : 1));
  return {
    "DEBIAN/control": { content: control(appliance.version, target, Math.ceil(bytes / 1024)) },
    "DEBIAN/conffiles": { content: `${configFile}\n` },
    "DEBIAN/md5sums": { content: sums.join("") },
    ...Object.fromEntries(scripts),
  };
}

function control(version: string, { debian }: Target, kibibytes: number): string {
  return `Package: bootlace
Version: ${version}
Architecture: ${debian}
Maintainer: ${maintainer}
Installed-Size: ${kibibytes}
Depends: ${depends}
Suggests: grub-efi-amd64-signed, ipxe, memtest86+, pxelinux, shim-signed, syslinux-common, syslinux-efi
Section: net
Priority: optional
Description: network boot for a LAN that already has a DHCP server
 Answers PXE and UEFI HTTP Boot clients as a proxyDHCP server beside the router
 that gives the addresses, and serves the boot files by TFTP and HTTP. The log
 says of each boot what happened, and why it stopped.
 .
 The packages suggested hold boot loaders to serve.
`;
}

function copyright(): string {
  return `Bootlace is made by its authors, and this package by them too.

${readFileSync(place("LICENSE"), "utf8").trim()}

${program} also holds Node.js and other libraries. Their licences are in
/usr/share/doc/bootlace/licenses.gz; bootlace licenses prints them.
`;
}

/** Debian policy 4.4. */
function changelog(version: string, time: number): string {
  const date = new Date(time * 1000).toUTCString().replace("GMT", "+0000");
  return `bootlace (${version}) stable; urgency=medium

  * Release ${version}.

 -- ${maintainer}  ${date}
`;
}

function packed(text: string): StagedFile {
  return { content: gzipSync(text, { level: 9 }) };
}

function bytesOf({ content }: StagedFile): string | Uint8Array {
  return typeof content === "object" && "copyOf" in content ? readFileSync(content.copyOf) : content;
}

function sizeOf({ content }: StagedFile): number {
  if (typeof content === "object" && "copyOf" in content) return statSync(content.copyOf).size;
  return Buffer.byteLength(content);
}
