import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { AdminConfigError, readToken } from "../src/admin/token.ts";
import { readTokenFile } from "../src/os/token-file.ts";
import { admin } from "./helpers/admin.ts";

describe("a token for other addresses", () => {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-token-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  test("without one, only loopback is served", () => {
    for (const address of ["0.0.0.0", "192.168.11.109", "::"])
      expect(() => admin({ address })).toThrow(AdminConfigError);
    for (const address of ["127.0.0.1", "127.9.9.9", "::1"]) expect(() => admin({ address })).not.toThrow();
    expect(() => admin({ address: "0.0.0.0", token: "0123456789abcdef" })).not.toThrow();
  });
  test("the file holds it in its one line; what is no secret is refused", async () => {
    const path = join(folder, "token");
    writeFileSync(path, "0123456789abcdef-XYZ\r\n\n");
    expect(readToken(path)).toBe("0123456789abcdef-XYZ");
    const lines = "0123456789abcdef-XYZ\nsecond line\n";
    for (const text of ["", "short\n", lines, "with a space in it 123", "\n0123456789abcdef", "ümlaut-ümlaut-ümlaut"]) {
      writeFileSync(path, text);
      expect(() => readToken(path)).toThrow(AdminConfigError);
    }
    expect(() => readToken(join(folder, "none"))).toThrow(/ENOENT/);
  });

  test("the credential of the unit counts where the file is closed, and only there", () => {
    // Root, as whom tests may run, reads everything.
    const files: Record<string, string> = { "/run/credentials/token": "of the unit\n", "/run/open": "of the file\n" };
    const read = (file: string) => {
      const text = files[file];
      if (text !== undefined) return text;
      throw Object.assign(new Error(file), { code: file.includes("closed") ? "EACCES" : "ENOENT" });
    };
    const env = { CREDENTIALS_DIRECTORY: "/run/credentials" };
    expect(readTokenFile("/run/closed", env, read)).toBe("of the unit");
    expect(readTokenFile("/run/open", env, read)).toBe("of the file");
    expect(() => readTokenFile("/run/gone", env, read)).toThrow("/run/gone");
    expect(() => readTokenFile("/run/closed", {}, read)).toThrow("/run/closed");
    expect(() => readTokenFile("/run/closed", { CREDENTIALS_DIRECTORY: "/nowhere" }, read)).toThrow("/run/closed");
  });
});
