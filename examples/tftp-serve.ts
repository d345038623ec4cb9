// Serves a folder by TFTP, and one file that is made for whoever asks:
//
//   node examples/tftp-serve.ts FOLDER [PORT]    port 69 unless named, which needs root; 0 lets the system choose
import { content, createTftpServer, directory, type Source } from "@bootlace/tftp-serve";

const [folder = ".", port = "69"] = process.argv.slice(2);
const files = directory(folder);

const source: Source = {
  open(name, client) {
    if (name === "who.ipxe") return content(`#!ipxe\necho you are ${client.address}\n`);
    return files.open(name, client);
  },
};

const server = createTftpServer({
  source,
  addresses: ["127.0.0.1"],
  port: Number(port),
  onEvent(event) {
    switch (event.type) {
      case "listening":
        console.log(`tftp on ${event.address}:${event.port}`);
        break;
      case "done":
        console.log(`${event.transfer.client.address} got ${JSON.stringify(event.transfer.file)}`);
        break;
      case "not-found":
        console.log(`${event.client.address} asked for ${JSON.stringify(event.file)}: ${event.reason}`);
        break;
    }
  },
});

await server.start();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void server.stop({ drain: true }));
