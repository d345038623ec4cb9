import { describe, expect, it } from "vitest";
import { checkConditions, rangeApplies } from "../src/core/conditions.ts";
import { decideAnswer, refusalOf } from "../src/core/decide.ts";
import { hostFault } from "../src/core/hosts.ts";
import { mediaType } from "../src/core/media-types.ts";
import { readTarget } from "../src/core/target.ts";
import { readUnreadable } from "../src/core/unreadable.ts";
import { requestOf } from "../src/exchange.ts";

const client = { address: "192.168.77.66", port: 1, localAddress: "192.168.77.10", localPort: 80 };
const validators = { etag: '"a"', lastModified: "Fri, 20 Nov 2026 10:11:12 GMT" };
const file = { size: 5000 };

/** Each text that a client sends, and all that reads it. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  Range: (text) => decideAnswer("GET", { range: text }, file, validators),
  "Range with bytes=": (text) => decideAnswer("GET", { range: `bytes=${text}` }, file, validators),
  "If-Range": (text) => rangeApplies(text, validators),
  "If-Match": (text) => checkConditions({ "if-match": text }, validators),
  "If-None-Match": (text) => checkConditions({ "if-none-match": text }, validators),
  "If-Modified-Since": (text) => checkConditions({ "if-modified-since": text }, validators),
  "If-Unmodified-Since": (text) => checkConditions({ "if-unmodified-since": text }, validators),
  Host: (text) => hostFault("1.1", text, ["Host", text], () => false),
  "Content-Length": (text) => refusalOf("GET", { "content-length": text }, [], readTarget("/a", "b")),
  target: (text) => requestOf({ id: 1, time: 0, client, method: "GET", target: `/${text}`, userAgent: text }),
  "target with a query": (text) =>
    requestOf({ id: 1, time: 0, client, method: "GET", target: `/a?mac=${text}`, userAgent: "" }),
  "absolute target": (text) =>
    requestOf({ id: 1, time: 0, client, method: "GET", target: `http://${text}`, userAgent: "" }),
  "file name": (text) => mediaType(text),
  "first line": (text) => readUnreadable("HPE_INVALID_CONSTANT", Buffer.from(`GET ${text}x`, "latin1")),
  "line of a header": (text) => readUnreadable("HPE_OTHER", Buffer.from(`GET / HTTP/1.1\r\n${text}`, "latin1")),
};

/** Bytes that mean something in a header, and some that look as if they did. */
const odd = [...'\t \xa0\xff"=-,.:;/\\%?#&@*<>()[]{}0aWub\0\r\n\x7f\x80\xe0'];
const singles = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));
const pairs = odd.flatMap((one) => odd.map((other) => one + other));
const length = 8192;

/** Milliseconds of processor time that this thread has used, which does not grow while others have the processor. */
function used(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Milliseconds of the quickest of some tries: whatever else the machine does makes a try longer, never shorter. */
function quickest(read: (text: string) => unknown, text: string, tries: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let at = 0; at < tries; at++) {
    const began = used();
    read(text);
    best = Math.min(best, used() - began);
  }
  return best;
}

/** What takes less than this is not worth a second look: what is quadratic takes ten times as long. */
const negligible = 1;

describe.each(Object.entries(readers))("8 KB of each odd byte, and of each pair, in %s", (_name, read) => {
  it("cost less than three times as much as half of it", () => {
    const slow: string[] = [];
    for (const unit of [...singles, ...pairs]) {
      const text = unit.repeat(length / unit.length);
      for (const whole of [text, `${text}x`]) {
        if (quickest(read, whole, 2) < negligible) continue;
        const half = whole.slice(whole.length / 2);
        const times = [quickest(read, whole, 8), quickest(read, half, 8)] as const;
        if (times[0] >= negligible && times[0] > 3 * times[1]) slow.push(JSON.stringify(unit));
      }
    }
    expect(slow).toEqual([]);
  });
});
