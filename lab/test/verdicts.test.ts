import { describe, expect, test } from "vitest";
import { LabFailure } from "../src/failure.ts";
import { type Case, goesWell } from "../src/verdicts/case.ts";
import { CASES } from "../src/verdicts/cases.ts";
import { atItsEnd, type Result } from "../src/verdicts/engine.ts";
import { grade, type ListedBoot } from "../src/verdicts/grade.ts";
import { corpusTable, lineOf, totalsLine, totalsOf } from "../src/verdicts/results.ts";

const failing: Case = {
  id: "pxl-none",
  machine: "bios",
  story: "",
  screen: /x/,
  outcome: ["failed"],
  says: [/initrd\.gz/, /not found/],
};
const succeeding: Case = { ...failing, id: "ok-one", outcome: ["booted", "delivered"], says: [] };
const none: Case = { ...failing, id: "ok-none", outcome: [], says: [] };

const boot = (outcome: string, sentence = "", fix?: string): ListedBoot => ({
  id: "1",
  outcome,
  verdict: { id: "B10", severity: "failure", confidence: "certain", sentence, ...(fix === undefined ? {} : { fix }) },
});

describe("grade", () => {
  test("is right when the outcome is, and sentence and fix together say what they must", () => {
    const graded = grade(failing, [boot("failed", '"initrd.gz" is gone', "not found")]);
    expect(graded).toEqual({
      grade: "RIGHT",
      said: 'failed: B10 (certain): "initrd.gz" is gone -> not found',
      praised: false,
      blamed: false,
    });
  });
  test("is wrong for another cause, vague for no cause, missing without a verdict", () => {
    expect(grade(failing, [boot("failed", "a firewall")]).grade).toBe("WRONG");
    expect(grade(failing, [boot("unclear", "initrd.gz not found")]).grade).toBe("VAGUE");
    expect(grade(failing, [boot("running")]).grade).toBe("MISSING");
    expect(grade(failing, []).grade).toBe("MISSING");
  });
  test("counts a failure that is called a success, at whichever attempt", () => {
    const right = boot("failed", "initrd.gz not found");
    for (const boots of [[boot("delivered")], [right, boot("checked")], [boot("booted"), right]])
      expect(grade(failing, boots)).toMatchObject({ grade: "WRONG", praised: true });
    expect(
      grade({ ...failing, outcome: ["failed", "delivered"] }, [boot("delivered", "initrd.gz not found")]),
    ).toMatchObject({ grade: "RIGHT", praised: false });
  });
  test("counts a false word in the log, even if it was corrected", () => {
    const right = boot("failed", "initrd.gz not found");
    expect(grade(failing, [right], ["booted", "failed"])).toMatchObject({ grade: "WRONG", praised: true });
    expect(grade(failing, [right], ["delivered", "failed"])).toMatchObject({ grade: "RIGHT", praised: false });
    expect(grade(succeeding, [boot("booted")], ["failed", "booted"])).toMatchObject({ grade: "WRONG", blamed: true });
  });
  test("counts a success that is called a failure, and takes either word for a success", () => {
    expect(grade(succeeding, [boot("delivered")])).toMatchObject({ grade: "RIGHT", blamed: false });
    expect(grade(succeeding, [boot("booted"), boot("failed")])).toMatchObject({ grade: "WRONG", blamed: true });
    expect(grade(succeeding, [boot("unclear")]).grade).toBe("VAGUE");
  });
  test("wants no boot where none was", () => {
    expect(grade(none, []).grade).toBe("RIGHT");
    expect(grade(none, [boot("booted")]).grade).toBe("WRONG");
  });
});

const result = (one: Case, more: Partial<Result> = {}): Result => ({
  one,
  grade: "RIGHT",
  said: "failed:\n  B10",
  praised: false,
  blamed: false,
  shown: "boot:",
  seconds: 5.4,
  after: 2.6,
  checked: undefined,
  checkSaid: "",
  boots: [],
  tail: "",
  ...more,
});

describe("results", () => {
  test("a set-up is a line, with what check failed to say", () => {
    expect(lineOf(result(failing))).toBe("RIGHT pxl-none (5+3 s): failed: B10");
    const silent = result({ ...failing, check: /x/ }, { grade: "VAGUE", checked: "wrong", checkSaid: "no faults\n" });
    expect(lineOf(silent)).toBe("VAGUE pxl-none (5+3 s): failed: B10 [check does not say it: no faults]");
  });
  test("95 of 100 right are enough, 94 are not, and one false word never is", () => {
    const of = (right: number, more: Partial<Result> = {}) =>
      Array.from({ length: 100 }, (_, at) => result(failing, at < right ? more : { grade: "WRONG" }));
    expect(totalsOf(of(95)).good).toBe(true);
    expect(totalsOf(of(94)).good).toBe(false);
    expect(totalsOf([...of(100), result(failing, { praised: true })]).good).toBe(false);
    expect(totalsOf([...of(100), result(succeeding, { blamed: true })]).good).toBe(false);
  });
  test("the totals are a line and a table", () => {
    const results = [result(failing, { checked: "right" }), result(succeeding, { checked: "wrong" }), result(none)];
    expect(totalsLine(results)).toBe(
      "1 failing and 2 succeeding boots: 3 right (100.0 %), 0 wrong, 0 vague, 0 missing, 0 screen; 0 failures called success, 0 successes called failure; check right for 1 of 2",
    );
    expect(corpusTable([{ title: "the corpus", results }])).toMatch(
      /\| the corpus \| 1 .* \| 3 of 3 \(100\.0 %\) \| 0 .* \| 1 of 2 /,
    );
  });
});

describe("the corpus", () => {
  test("has at least 80 boots that fail and 20 that go well, each with an id of its own", () => {
    const well = CASES.filter(goesWell);
    expect(well.length).toBeGreaterThanOrEqual(20);
    expect(CASES.length - well.length).toBeGreaterThanOrEqual(80);
    expect(new Set(CASES.map(({ id }) => id)).size).toBe(CASES.length);
  });
  test("says of each failure what its verdict must name", () => {
    const silent = CASES.filter((one) => !goesWell(one) && (one.says ?? []).length === 0);
    expect(silent.map(({ id }) => id)).toEqual([]);
  });
});

test("a person who fails in front of the machine ends the wait for its screen", async () => {
  let end = (_why: Error) => {};
  const output = { until: () => new Promise<RegExpExecArray>((_shown, fail) => (end = fail)) };
  const person = Promise.reject(new LabFailure("the menu never came"));
  await expect(atItsEnd(output, /booted/, 90, person)).rejects.toThrow("the menu never came");
  // The screen, for which nobody waits now, may fail as well.
  end(new LabFailure("interrupted"));
});
