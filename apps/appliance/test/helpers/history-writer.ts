import { openHistory } from "../../src/history/history.ts";
import { sampleBoot } from "./sample-boot.ts";

// Writes boots until it is killed, and names each on stdout once it is on disk.
const [directory = ""] = process.argv.slice(2);
const history = await openHistory({
  directory,
  maxBoots: 100_000,
  onNews: (news) => process.stdout.write(`news ${news.type}\n`),
});
for (let number = 1; number <= 20_000; number++) {
  await history.record([sampleBoot({ id: `boot-${number}`, startedAt: number * 1000, padding: 3000 })]);
  await history.flush();
  process.stdout.write(`boot-${number}\n`);
}
