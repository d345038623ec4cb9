// What firmware makes of a DHCP offer: each argument is one, in hexadecimal. Without arguments it takes one that lacks
// option 54, which every PXE client wants:
//
//   node examples/pxe-client.ts 0201060039a0f3d1...
import { createPacket, decodePacket, encodePacket, faultText } from "@bootlace/dhcp-core";
import { compose, models, reasons } from "@bootlace/pxe-client";

function incomplete(): string {
  const chaddr = Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56);
  const options = new Map([[53, Uint8Array.of(2)]]);
  const written = encodePacket(createPacket({ op: 2, xid: 1, chaddr, siaddr: "192.168.1.10", options }));
  if (!written.ok) throw new Error(written.fault.code);
  return Buffer.from(written.bytes).toString("hex");
}

const given = process.argv.slice(2);
for (const hex of given.length > 0 ? given : [incomplete()]) {
  const bytes = new Uint8Array(Buffer.from(hex, "hex"));
  const offer = decodePacket(bytes);
  if (!offer.ok) {
    console.error(`not a DHCP packet: ${faultText(offer.fault)}`);
    process.exitCode = 1;
    continue;
  }
  const { xid, chaddr } = offer.packet;
  const mac = Buffer.from(chaddr.subarray(0, 6))
    .toString("hex")
    .replace(/..(?=.)/g, "$&:");
  for (const [name, model] of Object.entries(models)) {
    const { packet: discover } = compose(model, { mac }, { purpose: "discover", xid });
    const verdict = model.judge(discover, { bytes, source: { address: offer.packet.siaddr, port: 67 } });
    console.log(`${name} ${verdict.accepted ? "accepts it" : `rejects it: ${reasons[verdict.code]}`}`);
  }
}
