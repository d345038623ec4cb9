import { quote } from "@bootlace/dhcp-core";
import type { Problem } from "./faults.ts";
import { checkBootFile } from "./values.ts";

type Check = (value: string) => Problem | undefined;

const isUrl = (value: string) => /^[a-z][a-z0-9+.-]*:\/\//i.test(value);

/** Option 67 and its terminating NUL fill at most 255 bytes. */
const longestUrl = 254;

export const checkUrl: Check = (value) => {
  const allowed = "Allowed: http:// or https:// with host and path, such as http://{address}:8069/shim.efi";
  const wrong = (problem: string): Problem => ({ code: "E026", problem, allowed });
  if (/[\p{Cc}\s]/u.test(value)) return wrong(`${quote(value)} contains a space or a control character`);
  const filled = value.replaceAll("{address}", "192.0.2.255");
  if (!/^https?:\/\/[^/?#]+/i.test(filled) || !URL.canParse(filled)) {
    return wrong(`${quote(value)} is not an http or https URL`);
  }
  const bytes = new TextEncoder().encode(filled).length;
  return bytes > longestUrl ? wrong(`the URL has ${bytes} bytes, but at most ${longestUrl} fit`) : undefined;
};

/** A path below the root, or a URL. */
export const checkScript: Check = (value) => {
  if (isUrl(value)) return checkUrl(value);
  if (!/^builtin:/i.test(value)) return checkBootFile(value);
  return {
    code: "E023",
    problem: `${quote(value)} is not a script`,
    allowed: "Allowed: a path below the root, or a URL",
  };
};

/** Placeholders in a rule's `root`. */
export const folderPlaceholders = ["mac", "uuid", "serial", "ip"] as const;

export const checkFolderTemplate: Check = (value) => {
  const allowed = `Allowed: a folder below the root; it may contain ${folderPlaceholders.map((name) => `{${name}}`).join(", ")}`;
  const wrong = (problem: string): Problem => ({ code: "E027", problem, allowed });
  if (value.trim() === "") return wrong("the folder is empty");
  if (/\p{Cc}/u.test(value)) return wrong(`${quote(value)} contains a control character`);
  const plain = value.replaceAll(/\{(mac|uuid|serial|ip)\}/g, "x");
  const odd = /\{[^}]*\}?|\}/.exec(plain)?.[0];
  if (odd !== undefined) return wrong(`${quote(odd)} is not a known placeholder`);
  if (plain.split(/[/\\]/).includes("..")) return wrong(`${quote(value)} leaves the root with ".."`);
  if (/^[/\\]/.test(plain)) return wrong(`${quote(value)} is an absolute path`);
  return undefined;
};

/** A name used to refer to a part of the file. */
export const checkName: Check = (value) =>
  value.trim() !== "" && !/\p{Cc}/u.test(value) && value.length <= 255 && value !== "__proto__"
    ? undefined
    : {
        code: "E028",
        problem: `${quote(value)} cannot be used as a name`,
        allowed: "Allowed: 1 to 255 characters without control characters",
      };
