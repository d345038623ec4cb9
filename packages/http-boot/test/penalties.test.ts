import { expect, it, vi } from "vitest";
import { systemClock } from "../src/clock.ts";
import { penalties } from "../src/core/penalties.ts";
import { directory } from "../src/index.ts";
import { httpBootServer } from "../src/serve.ts";
import { bootFolder } from "./boot-folder.ts";
import { rawClient } from "./raw-client.ts";

it("two hundred refusals are at once, further ones wait, and other clients are not concerned", () => {
  let time = 0;
  const { of } = penalties(() => time);
  expect(Array.from({ length: 200 }, () => of("10.0.0.66")).every((wait) => wait === 0)).toBe(true);
  expect([of("10.0.0.66"), of("10.0.0.20")]).toEqual([250, 0]);
  time = 1000;
  expect(Array.from({ length: 51 }, () => of("10.0.0.66")).filter((wait) => wait > 0).length).toBe(1);
});

it("a client in a loop of names that are not there gets its answers late, and its files at once", async () => {
  // On a clock that stands still no refusal is forgotten, however long the machine takes for two hundred requests.
  const source = directory(bootFolder({ small: "small" }));
  const server = httpBootServer({ source, addresses: ["127.0.0.1"], port: 0 }, { ...systemClock(), ticks: () => 0 });
  await using _ = server;
  await server.start();
  const port = server.addresses()[0]?.port ?? 0;
  using client = await rawClient(port);
  using other = await rawClient(port);
  const late: (() => void)[] = [];
  const { setTimeout: real } = globalThis;
  using _timers = vi.spyOn(globalThis, "setTimeout").mockImplementation(((
    work: (...args: unknown[]) => void,
    milliseconds: number,
    ...args: unknown[]
  ) => {
    if (milliseconds !== 250) return real(work, milliseconds, ...args);
    late.push(() => work(...args));
    return undefined;
  }) as unknown as typeof setTimeout);

  for (let asked = 0; asked < 200; asked++) expect((await client.get("/none")).status).toBe(404);
  expect(late).toEqual([]);
  let answered = false;
  const answer = client.get("/none").then(({ status }) => {
    answered = true;
    return status;
  });
  while (late.length === 0 && !answered) await new Promise(setImmediate);
  expect((await other.get("/small")).status).toBe(200);
  expect(answered).toBe(false);
  late[0]?.();
  expect(await answer).toBe(404);
});
