// A boot server made of the libraries: proxyDHCP, TFTP and HTTP, which serve a folder and a script of their own. As root:
//
//   node examples/appliance.ts FOLDER
//   node examples/appliance.ts FOLDER PORT    on 127.0.0.1 and ports that the system chooses, for a client at PORT
import { content, type Source } from "@bootlace/boot-source";
import { createHttpBootServer } from "@bootlace/http-boot";
import { createProxyDhcp } from "@bootlace/proxy-dhcp";
import { createTftpServer, directory } from "@bootlace/tftp-serve";

const [folder = ".", clientPort] = process.argv.slice(2);
const trial = clientPort !== undefined;
const FILES: Readonly<Record<string, string>> = { "x86-bios": "undionly.kpxe", "x64-uefi": "ipxe.efi" };

const files = directory(folder);
const source: Source = {
  open: (name, client) =>
    name === "boot.ipxe" ? content(`#!ipxe\necho ${client.address} boots\nshell\n`) : files.open(name, client),
};

const http = createHttpBootServer({ source, ...(trial ? { addresses: ["127.0.0.1"], port: 0 } : {}) });
const tftp = createTftpServer({ source, ...(trial ? { addresses: ["127.0.0.1"], port: 0 } : {}) });
const proxy = createProxyDhcp({
  choose({ arch }) {
    const file = FILES[arch?.name ?? ""];
    if (file === undefined) return { kind: "ignore", reason: "no boot loader for this architecture" };
    // A client that already is iPXE gets the script instead of iPXE once more; {address} is the address it can reach.
    const port = http.addresses()[0]?.port;
    return { kind: "boot", file, script: { file: "boot.ipxe", url: `http://{address}:${port}/boot.ipxe` } };
  },
  onEvent(event) {
    if (event.type === "packet") console.log(event.client?.mac, event.decision.kind);
  },
  ...(trial
    ? {
        interfaces: [{ name: "lo", address: "127.0.0.1", netmask: "255.0.0.0", broadcast: "127.255.255.255" }],
        ports: { dhcp: 0, pxe: 0, client: Number(clientPort) },
      }
    : {}),
});

// Proxy last: no client learns of a file before it can be fetched.
for (const server of [http, tftp, proxy]) await server.start();
for (const { address, port } of http.addresses()) console.log(`http on ${address}:${port}`);
for (const { address, port } of tftp.addresses()) console.log(`tftp on ${address}:${port}`);
for (const { role, address, port } of proxy.addresses()) console.log(`${role} on ${address}:${port}`);
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => void Promise.all([proxy, tftp, http].map((server) => server.stop())));
}
