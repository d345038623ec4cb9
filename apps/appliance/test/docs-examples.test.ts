import { describe, expect, test } from "vitest";
import { docPages } from "./helpers/doc-pages.ts";
import { blockProblems } from "./helpers/doc-rules.ts";
import { sandboxOf } from "./helpers/doc-sandbox.ts";

const pages = docPages().filter(({ blocks }) => blocks.length > 0);

describe("each command and config of the pages is right", () => {
  test.each(pages.map((page) => [page.name, page] as const))("%s", async (_name, page) => {
    const sandbox = sandboxOf(page);
    const problems: string[] = [];
    for (const block of page.blocks) problems.push(...(await blockProblems(block, sandbox)));
    expect(problems).toEqual([]);
  });
});

describe("the rules find what is wrong", () => {
  test.each([
    ["yaml", "", "tftp: { prot: 69 }\n", "unknown key"],
    ["yaml", "compose.yaml", "services: { b: { network_mode: bridge } }\n", "network_mode"],
    ["yaml", "alerts.yml", "groups: [{ name: x, rules: [{ alert: A, expr: bootlace_boots }] }]\n", "no metric"],
    ["yaml", "broken.yaml", "root: boot\n", "has no fault"],
    ["sh", "", "bootlace sevre\n", "no command sevre"],
    ["sh", "", "cd / && bootlace check --efective\n", "unknown option"],
    ["sh", "", "bootlace next 52:54:00:12:34:56 --server 10.0.0.1 | less\n", "exit code 2"],
    ["sh", "", "curl http://127.0.0.1:8067/api/v1/bots\n", "the API has no"],
    ["sh", "", "apt-get install pxelinus\n", "pxelinus"],
    ["sh", "", "npm install ../bootlace/out/bootlace-tftp-*.tgz\n", "not one of"],
    ["sh", "", "frobnicate\n", "no rule for this program"],
    ["sh", "", "echo 'open\n", "nterminated"],
    ["console", "", "$ bootlace version\nbootlace 99\n", "prints"],
    ["dnsmasq", "", "dhcp-bot=x\n", "dhcp-bot"],
    ["ipxe", "", "#!ipxe\nkernell x\n", "kernell"],
    ["uboot", "", "setenf x y\n", "setenf"],
    ["nginx", "", "server {\n", "balance"],
    ["log", "", "info  boot     all is well\n", "not in a recorded log"],
    ["packet", "02a-uefi-x64-syslinux 1", "BOOTREQUEST\n", "not what was captured"],
    ["diagram", "", "$ bootlace serve\n", "bootlace serve"],
    ["cobol", "", "STOP RUN.\n", "no rule covers"],
  ])("%s %s %j", async (language, title, text, problem) => {
    const block = { language, title, text, line: 1 };
    const sandbox = sandboxOf({ name: "page", text: "", blocks: [] });
    expect((await blockProblems(block, sandbox)).join("\n")).toContain(problem);
  });
});
