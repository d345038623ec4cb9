// Gets a file with the npm package tftp: HOST REMOTE LOCAL [BLOCK-SIZE [WINDOW-SIZE]].
import { createRequire } from "node:module";

interface TftpClient {
  get(remote: string, local: string, done: (error?: Error) => void): void;
}
interface TftpModule {
  createClient(options: { host: string; blockSize: number; windowSize: number }): TftpClient;
}

const tftp: TftpModule = createRequire(import.meta.url)("tftp");
const [host = "", remote = "", local = "", blockSize = "1468", windowSize = "4"] = process.argv.slice(2);
const client = tftp.createClient({ host, blockSize: Number(blockSize), windowSize: Number(windowSize) });
client.get(remote, local, (error) => {
  if (!error) return;
  console.error(error.message);
  process.exitCode = 1;
});
