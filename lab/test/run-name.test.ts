import { describe, expect, test } from "vitest";
import { deadNames, folderName, namespaceName, parseRunName, startTime } from "../src/run-name.ts";

const run = { pid: 4711, started: "98765" };

describe("names of a run", () => {
  test("a namespace and a folder lead back to their run", () => {
    expect(parseRunName(namespaceName(run, 3, "router"))).toEqual(run);
    expect(parseRunName(folderName(run))).toEqual(run);
  });

  test("scenarios and roles of one run have names of their own", () => {
    const names = [0, 1].flatMap((counter) => ["lan", "boot"].map((role) => namespaceName(run, counter, role)));
    expect(new Set(names).size).toBe(4);
  });

  test.each(["router", "bootlace", "bootlace-1-2", "bootlace-x-2-3-lan", "run-12", "my-run-1-2", "peers", ""])(
    "%j is nobody's",
    (name) => {
      expect(parseRunName(name)).toBeUndefined();
    },
  );
});

describe("deadNames", () => {
  const other = { pid: 4711, started: "11111" };
  const names = [namespaceName(run, 0, "lan"), namespaceName(other, 0, "lan"), "docker0", folderName(other)];

  test("takes only names of runs that are gone, and never a stranger's", () => {
    expect(deadNames(names, () => false)).toEqual([names[0], names[1], names[3]]);
    expect(deadNames(names, () => true)).toEqual([]);
  });

  test("distinguishes two runs with the same process id by their start", () => {
    const isAlive = ({ pid, started }: typeof run) => pid === 4711 && started === "98765";
    expect(deadNames(names, isAlive)).toEqual([names[1], names[3]]);
  });
});

describe("startTime", () => {
  const after = "S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 7654321 20";

  test("is the 22nd field, whatever the command is called", () => {
    expect(startTime(`4711 (node) ${after}`)).toBe("7654321");
    expect(startTime(`4711 (a) b) (c) ${after}`)).toBe("7654321");
  });
});
