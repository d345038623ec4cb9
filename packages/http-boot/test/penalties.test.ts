import { expect, it } from "vitest";
import { penalties } from "../src/core/penalties.ts";
import { bootFolder } from "./boot-folder.ts";
import { httpServer, rawClient } from "./raw-client.ts";

it("two hundred refusals are at once, further ones wait, and other clients are not concerned", () => {
  let time = 0;
  const { of } = penalties(() => time);
  expect(Array.from({ length: 200 }, () => of("10.0.0.66")).every((wait) => wait === 0)).toBe(true);
  expect([of("10.0.0.66"), of("10.0.0.20")]).toEqual([250, 0]);
  time = 1000;
  expect(Array.from({ length: 51 }, () => of("10.0.0.66")).filter((wait) => wait > 0).length).toBe(1);
});

it("a client in a loop of names that are not there gets its answers late, and its files at once", async () => {
  await using test = await httpServer(bootFolder({ small: "small" }));
  using client = await rawClient(test.port());
  const missing = async () => {
    const began = performance.now();
    expect((await client.get("/none")).status).toBe(404);
    return performance.now() - began;
  };
  let asked = 0;
  // It has more of them while it asks.
  for (let took = 0; took < 200; took = await missing()) asked++;
  expect(asked).toBeGreaterThan(200);
  const then = performance.now();
  expect((await client.get("/small")).status).toBe(200);
  expect(performance.now() - then).toBeLessThan(200);
});
