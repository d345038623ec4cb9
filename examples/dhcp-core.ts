// Prints DHCP packets: each argument is one, in hexadecimal. Without arguments it makes a DISCOVER and prints that.
//
//   node examples/dhcp-core.ts 0101060039a0f3d1...
import { createPacket, decodePacket, describe, encodeOptions, encodePacket, faultText } from "@bootlace/dhcp-core";

function discover(): string {
  const options = encodeOptions({
    messageType: 1,
    parameterRequestList: [1, 3, 43, 60, 66, 67],
    clientArch: [7],
    vendorClassIdentifier: "PXEClient:Arch:00007:UNDI:003016",
  });
  if (!options.ok) throw new Error(`${options.option}: ${options.fault.expected}`);
  const written = encodePacket(createPacket({ xid: 0x39a0f3d1, options: options.options }));
  if (!written.ok) throw new Error(written.fault.code);
  return Buffer.from(written.bytes).toString("hex");
}

const given = process.argv.slice(2);
for (const hex of given.length > 0 ? given : [discover()]) {
  const decoded = decodePacket(Buffer.from(hex, "hex"));
  if (decoded.ok) {
    for (const line of describe(decoded.packet)) console.log(line);
  } else {
    // What the network sends is never an exception: a packet that cannot be read is a value with a reason.
    console.error(`not a DHCP packet: ${faultText(decoded.fault)}`);
    process.exitCode = 1;
  }
}
