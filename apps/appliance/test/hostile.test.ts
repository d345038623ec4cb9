import { messageTypes } from "@bootlace/dhcp-core";
import { describe, expect, test } from "vitest";
import { createLog } from "../src/log/log.ts";
import { admin } from "./helpers/admin.ts";
import { type Machine, story } from "./helpers/story.ts";

/** What must never leave as it came: controls, ANSI, C1, bidirectional and invisible characters, markup. */
const raw = /(?!\n)\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{DI}|\u2800|<script/u;

const names = [
  "a\u001b[31mred\u001b[0m",
  "\u009b2Jcleared",
  '<script>alert("x")</script>',
  "line\r\nbreak\ninjected: yes",
  "\u202egnp.exe",
  "\u0007\u0008\u007f",
  "data: forged\n\nevent: verdict",
  "x".repeat(255),
  "\udcff\udc80 no utf-8",
  '"}],"injected":[{"',
  "tags \u{e0041}\u{e0001}\u{e007f}",
  "\u180e\ufff9\ufffb\u0600 format",
  "fill\u115f\u3164\u1160\uffa0\u2800\u034f",
  "lines\u2028and\u2029paragraphs",
];

describe.each(names)("%j", (name) => {
  const clipped = name.slice(0, 40);
  const machine: Machine = {
    arch: 7,
    options: {
      vendorClassIdentifier: `PXEClient:${clipped}`,
      hostName: clipped,
      userClass: { form: "raw", classes: [clipped] },
    },
  };
  const played = story({ machine, plan: { kind: "boot", file: "efi/a.efi", rule: name }, overhearing: true });
  played.discover().foreignOffer({ vendorClass: clipped, file: clipped }).lease().pxeRequest();
  played
    .tftp(name, "missing")
    .tftp("efi/a.efi")
    .tftp(`efi/${name}`)
    .tftp(name, "client-error")
    .http(name)
    .http(name, { status: 404 });
  played.ordinary(messageTypes.DISCOVER, { hostName: clipped, vendorClassIdentifier: clipped }).wait(1);

  const written: string[] = [];
  const writers = (["json", "pretty"] as const).map((format) =>
    createLog({
      level: "debug",
      console: format,
      colour: false,
      writeConsole: (text) => void written.push(text),
      now: () => played.now(),
      formatTime: () => "12:00:00",
    }),
  );
  const made = admin();
  const streamed: string[] = [];
  made.observer.stream.subscribe(
    undefined,
    ({ id, name: kind, data }) => void streamed.push(`id: ${id}\nevent: ${kind}\ndata: ${data}\n\n`),
  );
  for (const event of played.events) made.observe(event);
  for (const record of made.records) {
    for (const write of writers) write(record);
    made.observer.logged(record);
  }

  test("is inert in the log, and in one line of it", () => {
    expect(made.records.some(({ event }) => event === "boot.verdict")).toBe(true);
    for (const text of written) {
      expect(text.replace(/\n$/, "")).not.toMatch(/[\n]/);
      expect(text.replace(/<script/g, "")).not.toMatch(raw);
    }
  });
  test("is inert in the API, and there it is whole", async () => {
    const boots = (await made.server.inject("/api/v1/boots")).json().boots;
    const texts = [
      "/api/v1/boots",
      `/api/v1/boots/${boots[0].id}`,
      "/api/v1/clients",
      "/api/v1/files",
      "/api/v1/status",
      "/metrics",
    ];
    for (const url of texts) expect((await made.server.inject(url)).body).not.toMatch(raw);
    const missing = (await made.server.inject("/api/v1/files")).json().notFound;
    expect(missing.map(({ file }: { file: string }) => file)).toContain(name);
    const { steps } = (await made.server.inject(`/api/v1/boots/${boots[0].id}`)).json();
    for (const { text } of steps) expect(text).not.toMatch(/\p{Cc}|\p{Cf}|\p{DI}|\u2800/u);
  });
  test("is inert in the stream, and no frame is forged", () => {
    const kinds = new Set(streamed.map((frame) => /event: (\w+)/.exec(frame)?.[1]));
    expect(kinds).toEqual(new Set(["boot", "log", "verdict"]));
    for (const frame of streamed) {
      expect(frame).not.toMatch(raw);
      expect(frame).toMatch(/^id: [^\n]+\nevent: [a-z]+\ndata: [^\n]+\n\n$/);
    }
  });
  test("names neither file, path nor query of the history and the ids", () => {
    for (const boot of played.boots()) expect(boot.id).toMatch(/^[0-9a-z.-]+$/);
  });
});
