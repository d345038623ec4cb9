import { execFileSync } from "node:child_process";
import { place } from "./places.ts";

/**
 * Seconds since 1970, used wherever a build would write its own time: $SOURCE_DATE_EPOCH, else the time of the
 * commit, so that two builds of one commit are identical.
 */
export function buildTime(env: Readonly<Record<string, string | undefined>> = process.env): number {
  const given = env.SOURCE_DATE_EPOCH;
  const text = given ?? execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: place("."), encoding: "utf8" });
  const seconds = Number(text.trim());
  if (text.trim() === "" || !Number.isInteger(seconds) || seconds < 0) {
    throw new Error(`the build time is not a number of seconds: ${JSON.stringify(text)}`);
  }
  return seconds;
}
