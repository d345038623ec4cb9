import { parseIpv4, quote } from "@bootlace/dhcp-core";
import { builtinCheck } from "../catalogue/boot-check.ts";
import { readImageChoice } from "../catalogue/images.ts";
import type { Problem } from "./faults.ts";
import { parseIpv4Subnet } from "./subnet.ts";

type Check = (value: string) => Problem | undefined;

export const checkIpv4: Check = (value) =>
  parseIpv4(value) === undefined
    ? {
        code: "E020",
        problem: `${quote(value)} is not an IPv4 address`,
        allowed: "Allowed: four numbers from 0 to 255, such as 192.168.11.17",
      }
    : undefined;

/** An address that clients can send to: RFC 1122 section 3.2.1.3 lists those of no machine, or only of the own one. */
export const checkMachine: Check = (value) => {
  const address = parseIpv4(value);
  if (address === undefined) return checkIpv4(value);
  const first = address >>> 24;
  if (first !== 0 && first !== 127 && first < 224) return undefined;
  return {
    code: "E029",
    problem: `${quote(value)} is not the address of one machine on the network`,
    allowed: "Allowed: an address that the clients reach, such as 192.168.11.17",
  };
};

const subnetForm = "Allowed: address/prefix, such as 192.168.11.0/24";

export const checkSubnet: Check = (value) => {
  const result = parseIpv4Subnet(value);
  if (result.ok) return undefined;
  const problem = `${quote(value)} is not a subnet`;
  switch (result.fault) {
    case "host-bits":
      return {
        code: "E021",
        problem: `${quote(value)} is an address, not a subnet`,
        allowed: subnetForm,
        suggestion: result.suggestion,
      };
    case "prefix":
      return { code: "E021", problem: `${problem}: the prefix is not a number from 0 to 32`, allowed: subnetForm };
    case "address":
      return { code: "E021", problem: `${problem}: the address is wrong`, allowed: subnetForm };
    case "shape":
      return parseIpv4(value) === undefined
        ? { code: "E021", problem, allowed: subnetForm }
        : {
            code: "E021",
            problem: `${problem}: the prefix is missing`,
            allowed: subnetForm,
            suggestion: `${value}/${usualPrefix(value)}`,
          };
  }
};

/** People who write `192.168.11.0` mean a network of 24 bits, with `10.0.0.0` one of 8, with `192.168.11.17` a machine. */
function usualPrefix(address: string): number {
  const zeros = /(?:\.0){1,3}$/.exec(address)?.[0].length ?? 0;
  return 32 - zeros * 4;
}

/** Lower-case bytes of a MAC address or a prefix of one; undefined when the text is neither. */
export function macPrefix(text: string): string | undefined {
  const bytes = withColons(text.toLowerCase())
    .replace(/[:-]\*$/, "")
    .split(/[:-]/);
  const wellFormed = bytes.length <= 6 && bytes.every((octet) => /^[0-9a-f]{2}$/.test(octet));
  return wellFormed ? bytes.join(":") : undefined;
}

/** Stickers omit the separators, switches write three groups with dots: 525400123456, 5254.0012.3456. */
function withColons(text: string): string {
  if (!/^([0-9a-f]{12}|[0-9a-f]{4}(\.[0-9a-f]{4}){2})$/.test(text)) return text;
  return text.replaceAll(".", "").replace(/..(?!$)/g, "$&:");
}

export const checkMac: Check = (value) =>
  macPrefix(value) === undefined
    ? {
        code: "E022",
        problem: `${quote(value)} is not a MAC address`,
        allowed: "Allowed: 52:54:00:12:34:56, or its first bytes, such as 52:54:00",
      }
    : undefined;

/** The address of one machine: a prefix would match many. */
export const checkWholeMac: Check = (value) => {
  const bytes = macPrefix(value);
  if (bytes?.length === 17 && !value.endsWith("*")) return undefined;
  const what = bytes === undefined ? "not a MAC address" : "only a prefix of a MAC address";
  return {
    code: "E022",
    problem: `${quote(value)} is ${what}`,
    allowed: "Allowed: six bytes, such as 52:54:00:12:34:56",
  };
};

/** Option 61 as lower-case bytes with colons; undefined when the text is none. */
export function clientIdOf(text: string): string | undefined {
  const octets = text.toLowerCase().split(/[:-]/);
  const wellFormed = octets.length >= 2 && octets.length <= 255 && octets.every((octet) => /^[0-9a-f]{2}$/.test(octet));
  return wellFormed ? octets.join(":") : undefined;
}

export const checkClientId: Check = (value) =>
  clientIdOf(value) === undefined
    ? {
        code: "E022",
        problem: `${quote(value)} is not a client identifier`,
        allowed: "Allowed: the bytes of option 61 in full, such as ff:00:00:00:01:00:03:00:01",
      }
    : undefined;

/** RFC 2131 §2: the field `file` is 128 bytes with a NUL at its end. */
const longestBootFile = 127;

export const checkBootFile: Check = (value) => {
  const allowed = `Allowed: a path below the root, at most ${longestBootFile} bytes`;
  const bytes = new TextEncoder().encode(value).length;
  if (value === "") return { code: "E023", problem: "the boot file name is empty", allowed };
  if (bytes > longestBootFile) return { code: "E023", problem: `the boot file name has ${bytes} bytes`, allowed };
  if (/\p{Cc}/u.test(value)) {
    return { code: "E023", problem: `${quote(value)} contains a control character`, allowed };
  }
  if (value.split(/[/\\]/).includes("..")) {
    return { code: "E023", problem: `${quote(value)} leaves the root with ".."`, allowed };
  }
  if (/[/\\]$/.test(value)) return { code: "E023", problem: `${quote(value)} is a folder`, allowed };
  if (/^builtin:/i.test(value) && value !== builtinCheck) {
    return { code: "E023", problem: `${quote(value)} is not built in`, allowed: `Allowed: ${builtinCheck}` };
  }
  // iPXE accepts any URI as a file name, firmware accepts none: URLs have keys of their own.
  if (/^https?:\/\//i.test(value)) {
    return {
      code: "E023",
      problem: `${quote(value)} is a URL`,
      allowed: `${allowed}; write a URL under url or script`,
    };
  }
  return undefined;
};

export const checkUuid: Check = (value) =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)
    ? undefined
    : {
        code: "E024",
        problem: `${quote(value)} is not a UUID`,
        allowed: "Allowed: 00112233-4455-6677-8899-aabbccddeeff",
      };

/** Linux: IFNAMSIZ is 16 with the NUL; no slash, no blank. */
export const checkInterface: Check = (value) =>
  /^[^\s/\p{Cc}]{1,15}$/u.test(value)
    ? undefined
    : {
        code: "E025",
        problem: `${quote(value)} is not the name of a network interface`,
        allowed: "Allowed: 1 to 15 characters without spaces, such as eth0",
      };

/** As useradd(8) of shadow accepts it. */
export const checkUser: Check = (value) =>
  /^[a-z_][a-z0-9_.-]{0,31}$/i.test(value)
    ? undefined
    : {
        code: "E039",
        problem: `${quote(value)} is not a user name`,
        allowed: "Allowed: letters, digits, _, - and ., such as bootlace",
      };

/** No system call accepts a NUL in a path. */
export const checkPath: Check = (value) =>
  value.includes("\0")
    ? { code: "E013", problem: `${quote(value)} contains a NUL character`, allowed: "Allowed: a path" }
    : checkNotEmpty(value);

/** One line of text. */
export const checkWords: Check = (value) =>
  /\p{Cc}/u.test(value)
    ? { code: "E028", problem: `${quote(value)} contains a control character`, allowed: "Allowed: one line of text" }
    : checkNotEmpty(value);

/** `NAME` or `NAME/ENTRY` of a disc image. */
export const checkImage: Check = (value) =>
  readImageChoice(value) === undefined
    ? {
        code: "E028",
        problem: `${quote(value)} is not the name of a disc image`,
        allowed: "Allowed: NAME or NAME/ENTRY, as `bootlace images` prints them",
      }
    : undefined;

export const checkNotEmpty: Check = (value) =>
  value.trim() === ""
    ? { code: "E013", problem: "the text is empty", allowed: "Set a value, or omit the key" }
    : undefined;
