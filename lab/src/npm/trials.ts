import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Capture } from "../capture.ts";
import { LabFailure, must } from "../failure.ts";
import { BOOT_SERVER } from "../home-lan.ts";
import type { Lab } from "../lab.ts";
import type { Host } from "../namespaces.ts";
import { offerTo } from "../offer.ts";
import { locate } from "../packages.ts";
import { listening } from "../ports.ts";
import { runOk, type Started } from "../processes.ts";
import type { Example } from "./consumer.ts";

/** Where the examples of the libraries' READMEs run, as they stand. */
export interface Stage {
  readonly lab: Lab;
  readonly bootServer: Host;
  readonly pc: Host;
  readonly capture: Capture;
  /** Tells its clients from those of other stages on the same LAN: 0 to 255. */
  readonly mark: number;
  /** Runs an example to its end; gives what it printed. */
  print(example: Example): Promise<string>;
  /** Starts an example on the boot server, whose `/srv/tftp/hello.txt` says hello; `srv` is that folder for the lab. */
  start(example: Example): { readonly server: Started; readonly srv: string };
}

const LOCAL = "tftp://127.0.0.1:6969";
const LOCAL_HTTP = "http://127.0.0.1:8080";

/** What each example must do, by library and heading. */
const TRIALS: Readonly<Record<string, (stage: Stage, example: Example) => Promise<void>>> = {
  "@bootlace/dhcp-core: @bootlace/dhcp-core": printsWhatItSays,
  "@bootlace/boot-source: Compose sources": async (stage, example) => {
    const printed = await stage.print(example);
    must(printed.trim() === "#!ipxe\necho Hello, 192.168.11.56", `it printed ${printed}`);
  },
  "@bootlace/boot-image: Serve files from inside an image": async (stage, example) => {
    const { lab, bootServer } = stage;
    const { server, srv } = stage.start(example);
    const disc = join(lab.folder, `disc-${stage.mark}`);
    mkdirSync(join(disc, "live"), { recursive: true });
    writeFileSync(join(disc, "live/vmlinuz"), "a kernel\n");
    const image = join(srv, "boot/debian.iso");
    await runOk(lab, bootServer.netns, locate("xorriso"), ["-as", "mkisofs", "-quiet", "-r", "-o", image, disc]);
    await listening(lab, server, [8080], 20, "tcp");
    must((await fetchText(lab, bootServer, `${LOCAL_HTTP}/live/vmlinuz`)) === "a kernel\n", "the kernel is wrong");
    await server.stop();
  },
  "@bootlace/boot-image: Recognise systems": printsWhatItSays,
  "@bootlace/proxy-dhcp: @bootlace/proxy-dhcp": async (stage, example) => {
    const { lab, pc, capture, mark } = stage;
    const { server } = stage.start(example);
    await listening(lab, server, [67, 4011]);
    const mac = `52:54:00:ae:02:${mark.toString(16).padStart(2, "0")}`;
    const vendorClass = "PXEClient:Arch:00007:UNDI:003016";
    const offer = await offerTo(lab, pc, capture, { mac, xid: 0x70000000 + mark, vendorClass, architecture: 7 });
    must(offer.file === "bootx64.efi" && offer.siaddr === BOOT_SERVER, `offered "${offer.file}"`);
    await server.output.until(new RegExp(`${mac} \\{[^]*kind: 'offer'`), 5);
    await server.stop();
  },
  "@bootlace/pxe-client: What would edk2 do with this offer?": printsWhatItSays,
  "@bootlace/pxe-client: Boot over real sockets": async (stage, example) => {
    // Beside a router alone: a lease is offered, and nothing to boot.
    const { server } = stage.start(example);
    await server.output.until(/sent\s+verdict \{ accepted: true, as: 'lease' \}/, 10);
    await server.stop();
  },
  "@bootlace/tftp-serve: Serve a folder": async (stage, example) => {
    const { lab, pc } = stage;
    const { server } = stage.start(example);
    await listening(lab, server, [69]);
    must((await fetchText(lab, pc, `tftp://${BOOT_SERVER}/hello.txt`)) === "hello", "hello.txt came otherwise");
    await server.stop();
  },
  "@bootlace/tftp-serve: Serve what you make": async (stage, example) => {
    const { lab, bootServer } = stage;
    const { server } = stage.start(example);
    await listening(lab, server, [6969]);
    must((await fetchText(lab, bootServer, `${LOCAL}/boot.ipxe`)).startsWith("#!ipxe\n"), "boot.ipxe is no script");
    must((await fetchText(lab, bootServer, `${LOCAL}/who.cfg`)) === "client 127.0.0.1\n", "who.cfg is wrong");
    await server.stop();
  },
  "@bootlace/tftp-serve: Watch transfers": async (stage, example) => {
    const { lab, bootServer } = stage;
    const { server } = stage.start(example);
    await listening(lab, server, [6969]);
    await fetchText(lab, bootServer, `${LOCAL}/hello.txt`);
    await server.output.until(/127\.0\.0\.1 asks for "hello\.txt"\n(.*\n)*5 bytes, 0 sent again/, 5);
    await server.stop();
  },
  "@bootlace/tftp-serve: Windows in one piece": async (stage, example) => {
    const { lab, bootServer } = stage;
    const { server, srv } = stage.start(example);
    await listening(lab, server, [6969]);
    const large = Buffer.alloc(200_000, "every block of a window");
    writeFileSync(join(srv, "tftp/large"), large);
    const got = join(lab.folder, `large-${stage.mark}`);
    const options = ["--option", "blksize 1468", "--option", "windowsize 8"];
    const words = [...options, "--get", "-r", "large", "-l", got, "127.0.0.1", "6969"];
    await runOk(lab, bootServer.netns, locate("atftp"), words);
    must(readFileSync(got).equals(large), "the file came with other bytes");
    await server.stop();
  },
  "@bootlace/tftp-serve: Stop": async (stage, example) => {
    const exit = await stage.start(example).server.exited;
    must("code" in exit && exit.code === 0, `it ended with ${JSON.stringify(exit)}`);
  },
  "@bootlace/tftp-serve: Take uploads": async (stage, example) => {
    const { lab, bootServer } = stage;
    const { server, srv } = stage.start(example);
    await listening(lab, server, [6969]);
    const upload = ["--silent", "--show-error", "--upload-file", join(srv, "tftp/hello.txt"), `${LOCAL}/new.txt`];
    await runOk(lab, bootServer.netns, locate("curl"), upload);
    must(existsSync(join(srv, "uploads/new.txt")), "the upload did not arrive");
    await server.stop();
  },
  "@bootlace/http-boot: Serve a folder": async (stage, example) => {
    const { lab, pc } = stage;
    const { server } = stage.start(example);
    await listening(lab, server, [80], 20, "tcp");
    must((await fetchText(lab, pc, `http://${BOOT_SERVER}/hello.txt`)) === "hello", "hello.txt came otherwise");
    await server.stop();
  },
  "@bootlace/http-boot: Serve what you make": async (stage, example) => {
    const { lab, bootServer } = stage;
    const { server } = stage.start(example);
    await listening(lab, server, [8080], 20, "tcp");
    const script = await fetchText(lab, bootServer, `${LOCAL_HTTP}/boot.ipxe`);
    must(script === "#!ipxe\nchain http://127.0.0.1:8080/menu.ipxe\n", `boot.ipxe is ${script}`);
    must((await fetchText(lab, bootServer, `${LOCAL_HTTP}/menu.ipxe`)) === "#!ipxe\nshell\n", "menu.ipxe is wrong");
    await server.stop();
  },
  "@bootlace/http-boot: Watch requests": async (stage, example) => {
    const { lab, bootServer } = stage;
    const { server } = stage.start(example);
    await listening(lab, server, [8080], 20, "tcp");
    await fetchText(lab, bootServer, `${LOCAL_HTTP}/hello.txt`);
    await fetchText(lab, bootServer, `${LOCAL_HTTP}/none`);
    await server.output.until(/127\.0\.0\.1 GET "hello\.txt": 200, 5 bytes\n127\.0\.0\.1: 404 missing/, 5);
    await server.stop();
  },
  "@bootlace/http-boot: Stop": async (stage, example) => {
    const exit = await stage.start(example).server.exited;
    must("code" in exit && exit.code === 0, `it ended with ${JSON.stringify(exit)}`);
  },
};

async function printsWhatItSays(stage: Stage, example: Example): Promise<void> {
  const printed = await stage.print(example);
  must(printed === example.prints, `the README does not say what it prints:\n${printed}`);
}

/** Runs an example, and is its client: it must do what its README says. Throws a LabFailure for one that is not known. */
export async function tryExample(stage: Stage, example: Example): Promise<void> {
  const name = `${example.library}: ${example.heading}`;
  const trial = TRIALS[name];
  if (trial === undefined) throw new LabFailure(`nothing says what the example "${name}" must do`);
  await trial(stage, example);
}

async function fetchText(lab: Lab, host: Host, url: string): Promise<string> {
  return (await runOk(lab, host.netns, locate("curl"), ["--silent", "--show-error", url])).stdout.toString();
}
