// A boot menu by the libraries alone: the folder in the first argument by TFTP, its menu by proxyDHCP.
import { createProxyDhcp } from "@bootlace/proxy-dhcp";
import { createTftpServer, directory } from "@bootlace/tftp-serve";

const [root = ".", seconds = "3"] = process.argv.slice(2);
const loaders: Readonly<Record<string, string>> = { "x86-bios": "pxelinux.0", "x64-uefi": "syslinux.efi" };

const proxy = createProxyDhcp({
  choose: ({ arch }) => {
    const loader = loaders[arch?.name ?? ""];
    if (loader === undefined) return { kind: "ignore", reason: "no loader for this architecture" };
    return {
      kind: "boot",
      menu: {
        prompt: { text: "Press F8 for the menu", timeoutSeconds: Number(seconds) },
        items: [
          { kind: "file", text: "The first item", file: `first/${loader}` },
          { kind: "file", text: "The second item", file: `second/${loader}` },
          { kind: "local", text: "The local disk" },
        ],
      },
    };
  },
});
const tftp = createTftpServer({ source: directory(root) });
await Promise.all([proxy.start(), tftp.start()]);
process.once("SIGTERM", () => void Promise.all([proxy.stop(), tftp.stop()]));
