// Tells machines on the LAN which file to boot, beside the DHCP server that gives them addresses. As root:
//
//   node examples/proxy-dhcp.ts
//   node examples/proxy-dhcp.ts PORT    to try it: on 127.0.0.1, on ports that the system chooses, for a client at PORT
import { createProxyDhcp, type ProxyDhcpOptions } from "@bootlace/proxy-dhcp";

const FILES: Readonly<Record<string, string>> = {
  "x86-bios": "pxelinux/pxelinux.0",
  "x64-uefi": "efi/bootx64.efi",
  "arm64-uefi": "efi/bootaa64.efi",
};

const [clientPort] = process.argv.slice(2);
const loopback: Partial<ProxyDhcpOptions> = {
  interfaces: [{ name: "lo", address: "127.0.0.1", netmask: "255.0.0.0", broadcast: "127.255.255.255" }],
  ports: { dhcp: 0, pxe: 0, client: Number(clientPort) },
};

const proxy = createProxyDhcp({
  choose({ arch }) {
    const file = FILES[arch?.name ?? ""];
    return file === undefined ? { kind: "ignore", reason: "no file for this architecture" } : { kind: "boot", file };
  },
  onEvent(event) {
    if (event.type !== "packet") return;
    const { decision, client } = event;
    const answer =
      decision.kind === "ignore" ? `ignored (${decision.reason})` : `${decision.kind} ${decision.bootFile}`;
    console.log(`${client?.mac ?? "somebody"}: ${answer}`);
  },
  ...(clientPort === undefined ? {} : loopback),
});

await proxy.start();
for (const { role, address, port } of proxy.addresses()) console.log(`${role} on ${address}:${port}`);
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void proxy.stop());
