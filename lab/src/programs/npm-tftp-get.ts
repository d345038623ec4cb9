// Gets a file with the npm package tftp: HOST REMOTE LOCAL [BLOCK-SIZE [WINDOW-SIZE]].
import tftp from "tftp";

const [host = "", remote = "", local = "", blockSize = "1468", windowSize = "4"] = process.argv.slice(2);
const client = tftp.createClient({ host, blockSize: Number(blockSize), windowSize: Number(windowSize) });
client.get(remote, local, (error) => {
  if (!error) return;
  console.error(error.message);
  process.exitCode = 1;
});
