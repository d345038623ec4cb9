import { expect, test } from "vitest";
import { running, udpClient } from "./fixture.ts";
import { rrq } from "./hex.ts";

test("without a descriptor to open the file nobody gets an ERROR, and who asks again gets the file", async () => {
  let short = true;
  const source = {
    open: async () => {
      if (short) throw Object.assign(new Error("EMFILE: too many open files"), { code: "EMFILE" });
      return { ok: true as const, file: { size: 2, version: "1", read, close: () => undefined } };
    },
  };
  const read = (target: Uint8Array) => {
    target.set([1, 2]);
    return 2;
  };
  const { port, event, server } = await running({ source });
  const client = await udpClient();
  client.send(rrq("f"), port);
  expect(await event("refused")).toMatchObject({ reason: "no-descriptor", code: undefined, detail: "EMFILE" });
  expect(server.statistics().transfersActive).toBe(0);
  short = false;
  client.send(rrq("f"), port);
  const { packet } = await client.next();
  expect([...packet]).toEqual([0, 3, 0, 1, 1, 2]);
});
