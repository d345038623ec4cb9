import { describe, expect, it } from "vitest";
import { createPxeClient, httpGet, openDhcpPort, PxeClientOptionError, tftpGet } from "../src/index.ts";

const server = "127.0.0.1";
const tftp = { server, port: 1, file: "a" };
const client = { model: "ipxe", mac: "52:54:00:12:34:56" };

type Call = (given: unknown) => Promise<unknown>;

describe.each<[string, Call, [option: string, given: unknown][]]>([
  [
    "tftpGet",
    (given) => tftpGet(given as never),
    [
      ["options", undefined],
      ["server", { file: "a" }],
      ["server", { ...tftp, server: "localhost" }],
      ["port", { ...tftp, port: 70_000 }],
      ["local", { ...tftp, local: "lo" }],
      ["file", { server }],
      ["file", { ...tftp, file: 5 }],
      ["file", { ...tftp, file: "x\0y" }],
      ["blockSize", { ...tftp, blockSize: 7 }],
      ["blockSize", { ...tftp, blockSize: 70_000 }],
      ["windowSize", { ...tftp, windowSize: 0 }],
      ["windowSize", { ...tftp, windowSize: 99_999 }],
      ["patience", { ...tftp, patience: -1 }],
      ["repetitions", { ...tftp, repetitions: Number.NaN }],
      ["signal", { ...tftp, signal: new AbortController() }],
      ["clock", { ...tftp, clock: {} }],
      ["onData", { ...tftp, onData: "x" }],
      ["blocksize", { ...tftp, blocksize: 512 }],
    ],
  ],
  [
    "httpGet",
    (given) => httpGet(given as never),
    [
      ["options", null],
      ["url", { url: undefined }],
      ["url", { url: "https://127.0.0.1/" }],
      ["url", { url: "/a" }],
      ["method", { url: "http://127.0.0.1:1/", method: "POST" }],
      ["local", { url: "http://127.0.0.1:1/", local: 5 }],
      ["patience", { url: "http://127.0.0.1:1/", patience: "6s" }],
      ["signal", { url: "http://127.0.0.1:1/", signal: null }],
      ["timeout", { url: "http://127.0.0.1:1/", timeout: 5 }],
    ],
  ],
  [
    "openDhcpPort",
    (given) => openDhcpPort(given as never),
    [
      ["options", null],
      ["port", { port: 70_000 }],
      ["address", { address: "x" }],
      ["adress", { adress: server }],
    ],
  ],
  [
    "createPxeClient",
    async (given) => createPxeClient(given as never),
    [
      ["options", undefined],
      ["options", null],
      ["model", { ...client, model: {} }],
      ["dhcp", { ...client, dhcp: {} }],
      ["clock", { ...client, clock: {} }],
      ["ports.tftp", { ...client, ports: { tftp: 0 } }],
    ],
  ],
  [
    "boot",
    (given) => createPxeClient(client as never).boot(given as never),
    [
      ["options", null],
      ["signal", { signal: new AbortController() }],
      ["singal", { singal: undefined }],
    ],
  ],
])("%s", (_, call, wrong) => {
  it.each(wrong)("rejects with the name of what cannot be: %s of %j", async (option, given) => {
    const error = await call(given).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PxeClientOptionError);
    expect(error).toMatchObject({ option, message: expect.stringContaining(`${option}: `) });
  });
});
