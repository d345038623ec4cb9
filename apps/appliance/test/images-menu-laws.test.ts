// biome-ignore-all lint/suspicious/noTemplateCurlyInString: iPXE writes its settings so
import { grubCommands } from "@bootlace/boot-image";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ImageSettings, ImagesSnapshot } from "../src/catalogue/images.ts";
import { type MenuImage, type MenuLine, type MenuModel, menuModel } from "../src/images/menu/model.ts";
import { grubConfig, grubMenu } from "../src/images/menu/render-grub.ts";
import {
  ipxeEntriesScript,
  ipxeItemsScript,
  ipxeMenuScript,
  ipxeMissingScript,
  ipxeStartScript,
  ipxeText,
} from "../src/images/menu/render-ipxe.ts";
import { pxelinuxConfig, pxelinuxMenu } from "../src/images/menu/render-pxelinux.ts";
import { entryRow, menuFacts, readyRow, uefiMachine, unreadyRow } from "./helpers/image-rows.ts";
import { ipxeCommands } from "./helpers/ipxe-commands.ts";

/** What an image may call itself: pieces with a meaning in one of the languages, control characters, and any text. */
const piece = fc.constantFrom(
  ...["||", "&&", ";", "#", "# x", "${", "${net0/mac}", "$", "\\", "\\\n", "\n", "\r\n", "\0", "\u001b[2J", "\u0085"],
  ...[
    "'",
    '"',
    "`",
    "{",
    "}",
    "menuentry",
    "'; reboot; '",
    "' }",
    "\nLABEL evil\n",
    "\nchain evil",
    "^",
    "$(x)",
    "\u2028",
  ],
  ...[
    "\u202e",
    "\ud800",
    "é",
    "%n",
    "--gap",
    "--",
    "-",
    ":menu",
    " ",
    "\t",
    "\u00a0",
    "goto local",
    "APPEND x",
    "INCLUDE y",
  ],
);
const hostile = fc
  .array(fc.oneof(piece, fc.string({ unit: "binary", maxLength: 12 })), { maxLength: 12 })
  .map((pieces) => pieces.join(""));
const path = hostile.filter((text) => text !== "");

const entry = fc.record({
  title: hostile,
  kernel: path,
  initrds: fc.array(path, { maxLength: 2 }),
  arguments: hostile,
});

const snapshots: fc.Arbitrary<ImagesSnapshot> = fc.record({
  rows: fc.tuple(
    fc.record({ title: hostile, entries: fc.array(entry, { minLength: 1, maxLength: 3 }) }).map(({ title, entries }) =>
      readyRow("one", {
        title,
        entries: entries.map((changes, number) => entryRow({ ...changes, id: `e${number}` })),
        efiPrograms: new Map([[7, entries[0]?.kernel ?? "x"]]),
      }),
    ),
    hostile.map((limits) => readyRow("two", { way: "none", entries: [], limits, title: limits })),
    hostile.map((detail) => unreadyRow("three", detail)),
  ),
  settings: fc.record({ title: hostile, arguments: hostile }).map((settings) => {
    const byId: ReadonlyMap<string, ImageSettings> = new Map<string, ImageSettings>([
      ["one", settings],
      ["two", { title: settings.title }],
    ]);
    return byId;
  }),
});

const place = { machine: uefiMachine, server: menuFacts().server, folder: "images/menu/efi,x86_64" };

const linesOf = ({ groups }: MenuModel): readonly MenuLine[] =>
  groups.flatMap(({ images }) => images.flatMap(({ lines }) => lines));
const imagesOf = ({ groups }: MenuModel): readonly MenuImage[] => groups.flatMap(({ images }) => images);

/** The settings that our own scripts name, and nobody else's text. */
const ownSettings = /\$\{(target|platform)\}/g;

describe("whatever an image calls itself", () => {
  it("an iPXE script has the commands that it was written to have", () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const model = menuModel(snapshot, menuFacts());
        const scripts = [
          ipxeMenuScript(model, place),
          ipxeMenuScript(model, place, true),
          ipxeItemsScript(model, place),
          ...imagesOf(model).map((image) => ipxeEntriesScript(image, false, place)),
          ...linesOf(model).map((line) => ipxeStartScript(line, place)),
        ];
        for (const script of scripts) {
          expect(script).toMatch(/^#!ipxe\n[ -~\n]*\n$/);
          expect(script.replaceAll(ownSettings, "")).not.toContain("${");
          for (const { words } of ipxeCommands(script)) expect(allowed(words), words.join(" ")).toBe(true);
        }
        const names = ipxeCommands(scripts[0] ?? "").filter(({ words }) => words[0] === "chain");
        expect(names).toHaveLength(2);
      }),
    );
  });

  it("a line that starts has its kernel, its initrds and its words, and stops where one fails", () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        for (const line of linesOf(menuModel(snapshot, menuFacts()))) {
          if (line.start?.kind !== "linux") continue;
          const commands = ipxeCommands(ipxeStartScript(line, place)).slice(2);
          const { initrds, arguments: words } = line.start;
          const kernel = commands[0]?.words ?? [];
          expect(kernel.slice(2 + initrds.length).join(" ")).toBe(words);
          const names = commands.filter(({ join }) => join === "line").map(({ words: [name] }) => name);
          expect(names).toEqual([
            "kernel",
            ...initrds.map(() => "initrd"),
            "shim",
            "boot",
            ...["echo", "prompt", "exit"],
          ]);
        }
      }),
    );
  });

  it("GRUB reads one command of ours from each line", () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        for (const text of [
          grubMenu(menuModel(snapshot, menuFacts({ loader: "grub" }))),
          grubConfig(menuModel(snapshot, menuFacts({ loader: "grub" }))),
        ]) {
          expect(text).toMatch(/^[ -~\n]*$/);
          for (const line of text.split("\n")) expect(line, line).toMatch(grubLine);
        }
      }),
    );
  });

  it("PXELINUX reads one keyword of ours from each line", () => {
    fc.assert(
      fc.property(snapshots, fc.boolean(), (snapshot, menu) => {
        const model = menuModel(snapshot, menuFacts({ loader: "pxelinux" }));
        for (const text of [pxelinuxMenu(model), pxelinuxConfig(model, menu)]) {
          expect(text).toMatch(/^[ -~\n]*$/);
          for (const line of text.split("\n")) {
            expect(line, line).toMatch(pxelinuxLine);
            expect(line.length).toBeLessThan(4096);
          }
          expect(text.match(/^DEFAULT .*/gm) ?? []).toHaveLength(text.includes("TIMEOUT") ? 1 : 0);
        }
      }),
    );
  });

  it("two characters that mean something only together are found together, at the end of a line", () => {
    // Found by the law above: without its backslash the word ended the command.
    expect(ipxeText("||\\")).toBe("-");
    expect(ipxeText("a \\ \\")).toBe("a");
    expect(ipxeText("## $${x} ;")).toBe("no.# $$ {x} -");
  });

  it("a name of no image is only words", () => {
    fc.assert(
      fc.property(hostile, (name) => {
        const commands = ipxeCommands(ipxeMissingScript(name.replace(/[^ -~]/g, "?")));
        expect(commands.map(({ words: [first] }) => first)).toEqual(["echo", "prompt", "exit"]);
      }),
    );
  });
});

/** The quoted words of GRUB: nothing is read in single quotes, and a quote itself is outside of them. */
const quoted = String.raw`'[^']*'(?:\\''[^']*')*`;
const grubLine = new RegExp(
  `^ *(?:(?:menuentry|submenu) ${quoted}(?: --id ${quoted}| --hotkey=l)* \\{(?: true; \\})?|\\}|(?:linux|initrd|chainloader|echo)(?: ${quoted})+|sleep --interruptible 10|set (?:default=${quoted}|root='\\(hd0\\)'|timeout=-?\\d+)|if \\[ "\\$grub_platform" = pc \\]; then|else|fi|exit|chainloader \\+1|)$`,
);

const pxelinuxLine =
  /^ *(?:LABEL (?:-|local|image-[\w+-]+)|MENU (?:LABEL .+|TITLE .+|DISABLE|EXIT|END|BEGIN image-[\w+-]+)|LINUX ::[!-~]+|INITRD ::[!-~]+|APPEND .+|LOCALBOOT -1|DEFAULT [\w+-]+|TIMEOUT \d+|UI menu\.c32|PROMPT 1|SAY [\w+-]+: .*|)$/;

const server = "http://192.168.11.109:8069/images/";

/** The commands of our scripts, with what of their words is not text for people. */
function allowed([name = "", first = "", second = "", third = ""]: readonly string[]): boolean {
  switch (name) {
    case "echo":
    case "menu":
      return true;
    case "item":
      return first === "--gap"
        ? second === "--" || second === ""
        : /^(start-(one|two|three)[+\w-]*|--key|back)$/.test(first);
    case "choose":
      return first === "--default";
    case "chain":
      return (
        [first, second, third].some((word) => word.startsWith(`${server}menu/efi%2Cx86_64/`)) && first.startsWith("--")
      );
    case "kernel":
    case "shim":
      return first.startsWith(`${server}one/`);
    case "initrd":
      return first === "--name" && /^initrd\d$/.test(second) && third.startsWith(`${server}one/`);
    case "set":
      return first === "images" ? second.startsWith(server) : first === "wait" && /^\d+$/.test(second);
    case "iseq":
      return /^\$\{(target|platform)\}$/.test(first);
    case "goto":
      return /^(local|image|failed)$/.test(first);
    default:
      return /^(imgfree|boot|exit|prompt|sanboot)$/.test(name);
  }
}

describe("GRUB's own words", () => {
  it("are those that were meant, read back", () => {
    fc.assert(
      fc.property(hostile, (title) => {
        const model = menuModel(
          { rows: [readyRow("one", { title })], settings: new Map() },
          menuFacts({ loader: "grub" }),
        );
        const shown = model.groups[0]?.images[0]?.title ?? "";
        const named = grubCommands(grubMenu(model)).map(({ words }) => words.map(({ parts }) => parts));
        const [, entry] = named.filter(([first]) => JSON.stringify(first).includes("menuentry"));
        expect(entry?.[1]?.map((part) => ("text" in part ? part.text : "?")).join("")).toBe(shown);
      }),
    );
  });
});
