import { expect, test } from "vitest";
import { LabFailure } from "../src/failure.ts";
import { judge } from "../src/hostile/judge.ts";

const quick = { asked: 100, times: Array.from({ length: 100 }, () => 4) };
const all = { dhcp: quick, pxe: quick, tftp: quick, http: quick };

test("an honest client is served where each service serves 95 of 100, and 99 of 100 come within 250 ms", () => {
  expect(judge("meanwhile", all)).toBe("dhcp 100/100 4 ms, pxe 100/100 4 ms, tftp 100/100 4 ms, http 100/100 4 ms");
  expect(() => judge("meanwhile", { ...all, tftp: { asked: 100, times: quick.times.slice(5) } })).not.toThrow();
  const late = quick.times.map((time, at) => (at < 3 ? 900 : time));
  expect(() => judge("meanwhile", { ...all, pxe: { asked: 100, times: late } })).not.toThrow();
});

test("five in a hundred that one service does not serve are the most, however well the others do", () => {
  const tally = { asked: 100, times: quick.times.slice(6) };
  expect(() => judge("meanwhile", { ...all, http: tally })).toThrow(LabFailure);
});

test("one in a hundred that takes 250 ms is the most", () => {
  const late = quick.times.map((time, at) => (at < 5 ? 250 : time));
  expect(() => judge("meanwhile", { ...all, dhcp: { asked: 100, times: late } })).toThrow(LabFailure);
  const inTime = quick.times.map((time, at) => (at < 5 ? 249 : time));
  expect(() => judge("meanwhile", { ...all, dhcp: { asked: 100, times: inTime } })).not.toThrow();
});

test("who asked nothing was not served", () => {
  expect(() => judge("meanwhile", { ...all, pxe: { asked: 0, times: [] } })).toThrow(LabFailure);
});
