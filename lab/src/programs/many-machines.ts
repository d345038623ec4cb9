// Many machines that fetch the same file: SERVER HTTP-PORT FILE SIZE ADDRESSES MACHINES PACE. Each fetches it once in so many
// milliseconds, by TFTP or by HTTP, and shares its address with others. Says "begun", and after each hundred how many files came whole.

import { setTimeout as delay } from "node:timers/promises";
import { httpGet, tftpGet } from "@bootlace/pxe-client";

const [server = "", httpPort = "", file = "", size = "0", list = "", machines = "1", pace = "1000"] =
  process.argv.slice(2);
const addresses = list.split(",");
const url = `http://${server}:${httpPort}/${file}`;
let whole = 0;

async function fetchOnce(number: number): Promise<boolean> {
  const local = addresses[number % addresses.length] ?? "";
  const byHttp = Math.floor(number / addresses.length) % 2 === 1;
  const { kind, ...rest } = byHttp
    ? await httpGet({ url, local })
    : await tftpGet({ server, local, file, blockSize: 1468, windowSize: 16 });
  return kind === "whole" && "bytes" in rest && rest.bytes === Number(size);
}

async function machine(number: number): Promise<never> {
  await delay((number * Number(pace)) / Number(machines));
  for (let due = performance.now() + Number(pace); ; due += Number(pace)) {
    // Refused or broken off: it tries again in its next turn.
    if (await fetchOnce(number).catch(() => false)) whole++;
    if (whole % 100 === 0 && whole > 0) console.log(`${whole} whole`);
    await delay(Math.max(0, due - performance.now()));
  }
}

console.log("begun");
for (let number = 0; number < Number(machines); number++) void machine(number);
