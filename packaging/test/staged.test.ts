import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { place } from "../src/places.ts";
import { withStaged } from "../src/staged.ts";

test("modes and times are those of the package, whatever the umask says", () => {
  const time = 1_700_000_000;
  const umask = process.umask(0o077);
  try {
    const files = {
      "usr/bin/a": { content: "a", program: true },
      "etc/b": { content: { copyOf: place("LICENSE") } },
    } as const;
    const folder = withStaged(files, time, (folder) => {
      for (const [path, mode] of Object.entries({ "usr/bin/a": 0o755, "etc/b": 0o644, etc: 0o755, usr: 0o755 })) {
        const { mode: found, mtimeMs } = statSync(join(folder, path));
        expect([path, found & 0o777, mtimeMs]).toEqual([path, mode, time * 1000]);
      }
      expect(readFileSync(join(folder, "etc/b"))).toEqual(readFileSync(place("LICENSE")));
      return folder;
    });
    expect(() => statSync(folder)).toThrow("ENOENT");
  } finally {
    process.umask(umask);
  }
});
