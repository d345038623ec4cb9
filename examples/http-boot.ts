// Serves a folder to UEFI HTTP Boot and boot loaders:
//
//   node examples/http-boot.ts FOLDER [PORT]    port 80 unless named, which needs root; 0 lets the system choose
import { createHttpBootServer, directory } from "@bootlace/http-boot";

const [folder = ".", port = "80"] = process.argv.slice(2);

const server = createHttpBootServer({
  source: directory(folder),
  addresses: ["127.0.0.1"],
  port: Number(port),
  onEvent(event) {
    switch (event.type) {
      case "listening":
        console.log(`http on ${event.address}:${event.port}`);
        break;
      case "done": {
        const { method, file, client } = event.request;
        console.log(`${client.address} ${method} ${JSON.stringify(file)}: ${event.status}, ${event.bytes} bytes`);
        break;
      }
      case "refused":
        console.log(`${event.client.address}: ${event.status} ${event.reason}`);
        break;
    }
  },
});

await server.start();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void server.stop({ drain: true }));
