import { fileURLToPath } from "node:url";
import { locate } from "./packages.ts";

/** A way to get a file by TFTP. */
export interface TftpClient {
  /** The program and the options it asks for. */
  readonly name: string;
  /** It takes blocks of 512 bytes, so a file above 32 MiB wraps its block number. */
  readonly lockstep512: boolean;
  /** curl 7.88 takes an OACK with tsize 0 for an error, so it can get an empty file only without options. */
  readonly refusesEmpty?: true;
  /**
   * What packet loss does to the client itself, whatever the server. gives-up: atftp 0.8 and npm tftp 0.1.2 end when an
   * OACK that they have answered comes again because their ACK was lost; curl 7.88 ends when the first answer does not
   * come in time, and has been seen to fall silent for good where packets change places. breaks: npm tftp looks up a misspelt field, then writes blocks in the order of their arrival.
   */
  readonly underLoss?: "gives-up" | "breaks";
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
  ...(options.length > 0 ? { underLoss: "gives-up" } : {}),
  lockstep512: !options.some((option) => option.startsWith("blksize")),
  get: (host, remote, local) => ({
    command: locate("atftp"),
    args: [...options.flatMap((option) => ["--option", option]), "--get", "-r", remote, "-l", local, host],
  }),
});

const curl = (name: string, lockstep512: boolean, ...options: string[]): TftpClient => ({
  name,
  lockstep512,
  underLoss: "gives-up",
  ...(options.includes("--tftp-no-options") ? {} : { refusesEmpty: true }),
  get: (host, remote, local) => ({
    command: locate("curl"),
    args: ["--silent", "--show-error", "--max-time", "60", ...options, "--output", local, `tftp://${host}/${remote}`],
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
  underLoss: windowSize > 1 ? "breaks" : "gives-up",
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

const atftpCombinations = [[], ["tsize"]].flatMap((size) =>
  [[], ["blksize 1468"], ["blksize 65464"]].flatMap((block) =>
    [[], ["timeout 1"]].flatMap((timeout) =>
      [[], ["windowsize 8"]].map((window) => atftp(...size, ...block, ...timeout, ...window)),
    ),
  ),
);

/** Every client with every combination of options that its command line can ask for; sizes of blocks and windows by example. */
export const TFTP_COMBINATIONS: readonly TftpClient[] = [
  hpa("tftp-hpa, octet", "octet"),
  hpa("tftp-hpa, netascii", "netascii"),
  ...atftpCombinations,
  atftp("multicast", "tsize", "blksize 1468"),
  curl("curl", true),
  curl("curl, no options", true, "--tftp-no-options"),
  ...[8, 1468, 65464].map((size) => curl(`curl, blksize ${size}`, false, "--tftp-blksize", String(size))),
  ...[undefined, 512, 1468, 65464].map(busybox),
  ...[512, 1468, 65464].flatMap((block) => [1, 4, 64].map((window) => npm(block, window))),
];
