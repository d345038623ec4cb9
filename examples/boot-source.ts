// Where boot files come from is one function, which TFTP and HTTP servers both take. Prints a file of this source:
//
//   node examples/boot-source.ts NAME [ADDRESS]    as the client at ADDRESS gets it, 127.0.0.1 unless named
import { content, notFound, type Source } from "@bootlace/boot-source";

const source: Source = {
  open(name, client) {
    // A version says that everybody gets the same bytes: a server keeps them in memory once.
    if (name === "menu.ipxe") return content("#!ipxe\necho one menu for everybody\n", "menu 1");
    if (name === "who.ipxe") return content(`#!ipxe\necho you are ${client.address}\n`);
    // The client learns that there is no such file; the reason is for the log.
    return name.includes("..") ? notFound("outside-root") : notFound();
  },
};

const [name = "menu.ipxe", address = "127.0.0.1"] = process.argv.slice(2);
const opened = await source.open(name, { address, port: 2000, localAddress: "127.0.0.1", localPort: 69 });
if (opened.ok) {
  const bytes = new Uint8Array(opened.file.size);
  await opened.file.read(bytes, 0);
  await opened.file.close();
  process.stdout.write(bytes);
} else {
  console.error(`${name} is not served: ${opened.fault.reason}`);
  process.exitCode = 1;
}
