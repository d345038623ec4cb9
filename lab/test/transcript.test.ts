import { describe, expect, test } from "vitest";
import { LabFailure } from "../src/failure.ts";
import { createTranscript, lastLines, plainText } from "../src/transcript.ts";

const ESC = String.fromCharCode(27);
const never = new AbortController().signal;

describe("plainText", () => {
  test("takes terminal sequences out", () => {
    expect(plainText(`${ESC}[2J${ESC}[1;1H${ESC}[0mMemtest${ESC}[7m86+ v6${ESC}(B`)).toBe("Memtest86+ v6");
  });

  test("makes every line end one newline", () => {
    expect(plainText("a\r\nb\r\r\nc\rd\n")).toBe("a\nb\nc\nd\n");
  });
});

describe("lastLines", () => {
  test("leaves empty lines out", () => {
    expect(lastLines("a\n\nb  \n   \nc\n", 2)).toBe("b\nc");
  });
});

describe("a transcript", () => {
  test("finds text that comes in pieces, also where a sequence is cut", async () => {
    const transcript = createTranscript("serial", never);
    const found = transcript.until(/Memtest86\+ v([0-9.]+) /, 5);
    for (const piece of ["Mem", `test${ESC}`, "[0", ";3", "7m86+ v6", ".10 |"]) transcript.feed(piece);
    expect((await found)[1]).toBe("6.10");
    expect(transcript.text()).toBe("Memtest86+ v6.10 |");
  });

  test("goes on after the last match", async () => {
    const transcript = createTranscript("serial", never);
    transcript.feed("boot 1 boot 2 ");
    expect((await transcript.until(/boot (\d)/, 5))[1]).toBe("1");
    expect((await transcript.until(/boot (\d)/, 5))[1]).toBe("2");
    const third = transcript.until(/boot (\d)/, 5);
    transcript.feed("boot 3");
    expect((await third)[1]).toBe("3");
  });

  test("fails with the last lines when the text ends", async () => {
    const transcript = createTranscript("serial", never);
    transcript.feed("Nothing to boot\n");
    const found = transcript.until(/Memtest/, 5);
    transcript.end("exited with 0");
    await expect(found).rejects.toThrow(/serial: exited with 0 before .*Nothing to boot/s);
    await expect(transcript.until(/Memtest/, 5)).rejects.toBeInstanceOf(LabFailure);
  });

  test("fails when its time is over", async () => {
    await expect(createTranscript("serial", never).until(/Memtest/, 0)).rejects.toThrow(/0 s passed.*said nothing/);
  });

  test("fails when the lab is interrupted", async () => {
    const interrupt = new AbortController();
    const found = createTranscript("serial", interrupt.signal).until(/Memtest/, 5);
    interrupt.abort();
    await expect(found).rejects.toThrow(/interrupted/);
  });
});
