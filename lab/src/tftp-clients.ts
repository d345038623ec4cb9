import { fileURLToPath } from "node:url";
import { locate } from "./packages.ts";

/** A way to get a file by TFTP. */
export interface TftpClient {
  /** The program and the options it asks for. */
  readonly name: string;
  /** It takes blocks of 512 octets, so a file above 32 MiB wraps its block number. */
  readonly lockstep512: boolean;
  /** curl 7.88 takes an OACK with tsize 0 for an error, so it can get an empty file only without options. */
  readonly refusesEmpty?: true;
  readonly get: (host: string, remote: string, local: string) => { command: string; args: string[] };
}

const NPM_TFTP = fileURLToPath(new URL("./programs/npm-tftp-get.ts", import.meta.url));

const hpa = (name: string, mode: string): TftpClient => ({
  name,
  lockstep512: true,
  get: (host, remote, local) => ({ command: locate("tftp"), args: ["-m", mode, host, "-c", "get", remote, local] }),
});

const atftp = (...options: string[]): TftpClient => ({
  name: ["atftp", ...options].join(", "),
  lockstep512: !options.some((option) => option.startsWith("blksize")),
  get: (host, remote, local) => ({
    command: locate("atftp"),
    args: [...options.flatMap((option) => ["--option", option]), "--get", "-r", remote, "-l", local, host],
  }),
});

const curl = (name: string, lockstep512: boolean, ...options: string[]): TftpClient => ({
  name,
  lockstep512,
  ...(options.includes("--tftp-no-options") ? {} : { refusesEmpty: true }),
  get: (host, remote, local) => ({
    command: locate("curl"),
    args: ["--silent", "--show-error", ...options, "--output", local, `tftp://${host}/${remote}`],
  }),
});

const busybox = (blockSize: number | undefined): TftpClient => ({
  name: blockSize === undefined ? "busybox tftp" : `busybox tftp, blksize ${blockSize}`,
  lockstep512: blockSize === undefined,
  get: (host, remote, local) => ({
    command: locate("busybox"),
    args: [
      "tftp",
      "-g",
      "-r",
      remote,
      "-l",
      local,
      ...(blockSize === undefined ? [] : ["-b", String(blockSize)]),
      host,
    ],
  }),
});

const npm = (blockSize: number, windowSize: number): TftpClient => ({
  name: `npm tftp, blksize ${blockSize}, windowsize ${windowSize}`,
  lockstep512: blockSize === 512,
  get: (host, remote, local) => ({
    command: process.execPath,
    args: [NPM_TFTP, host, remote, local, String(blockSize), String(windowSize)],
  }),
});

/** Every client of the lab, with each set of options that it can ask for. */
export const TFTP_CLIENTS: readonly TftpClient[] = [
  hpa("tftp-hpa", "octet"),
  atftp(),
  atftp("tsize", "blksize 1468"),
  atftp("blksize 8"),
  atftp("timeout 2", "blksize 1408", "windowsize 16"),
  atftp("windowsize 4"),
  curl("curl", true),
  curl("curl, no options", true, "--tftp-no-options"),
  curl("curl, blksize 1468", false, "--tftp-blksize", "1468"),
  busybox(undefined),
  busybox(1468),
  npm(512, 4),
  npm(1468, 1),
  npm(1468, 64),
];
