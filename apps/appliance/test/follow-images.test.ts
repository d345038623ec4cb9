import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noise } from "../../../tools/test-kit/images/bytes.ts";
import type { ImageRow } from "../src/catalogue/images.ts";
import { findImages } from "../src/images/find-images.ts";
import { type FollowedImages, type FollowImageTimes, followImages } from "../src/images/follow-images.ts";
import { imageStorage } from "../src/images/image-storage.ts";
import { liveImage, quickTimes, until, writeImage } from "./helpers/disc-images.ts";

let root = "";
let rows: readonly ImageRow[] = [];
let history: string[] = [];
let cut = false;
let followed: FollowedImages | undefined;
let clock = 2_000_000;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "bootlace-follow-images-"));
  mkdirSync(join(root, "images"));
  rows = [];
  history = [];
  clock = 2_000_000;
});
afterEach(() => {
  followed?.stop();
  rmSync(root, { recursive: true, force: true });
});

const at = (name: string) => join(root, "images", name);

async function follow(
  times: Partial<FollowImageTimes> = {},
  more: { readonly never?: readonly string[]; readonly open?: (path: string) => Promise<never> | undefined } = {},
) {
  const folders = [{ path: join(root, "images"), base: root }];
  const now = () => clock;
  const storage = imageStorage({ folders, never: more.never ?? [], now });
  followed = followImages({
    folders,
    storage: { open: (path, client) => more.open?.(path) ?? storage.open(path, client) },
    now,
    times: { ...quickTimes, ...times },
    onChange(next, isCut) {
      rows = next;
      cut = isCut;
      history.push(next.map(({ id, state }) => `${id} ${state}`).join(", "));
    },
  });
  await followed.start();
}

function row(id: string): ImageRow | undefined {
  return rows.find((one) => one.id === id);
}

const stateOf = (id: string, state: ImageRow["state"]) => until(() => row(id)?.state === state && row(id));
const faultOf = async (id: string) => {
  const faulty = await stateOf(id, "faulty");
  return faulty.state === "faulty" ? faulty.fault : undefined;
};

describe("an image that is put into the folder", () => {
  it("is recognised by what is in it, whatever its name", async () => {
    writeImage(at("windows 11.iso"));
    await follow();
    expect(await stateOf("windows-11", "ready")).toMatchObject({
      path: at("windows 11.iso"),
      modified: 1_000_000,
      system: {
        family: "debian-live",
        title: "Debian GNU/Linux 12 live",
        way: "http",
        root: "live/filesystem.squashfs",
        entries: [
          { id: "live-system", title: "Live system", kernel: "live/vmlinuz-6.1.0", isDefault: true },
          { id: "live-system-fail-safe-mode", isDefault: false },
        ],
      },
    });
  });

  it("is found while it runs, in a folder below too, and goes with its file", async () => {
    await follow({ rescan: 60_000 });
    writeImage(at("first.iso"));
    await stateOf("first", "ready");
    mkdirSync(at("more"));
    writeImage(at("more/second.img"));
    await stateOf("second", "ready");
    rmSync(at("first.iso"));
    await until(() => row("first") === undefined);
  });

  it("is found where the folder itself is made later", async () => {
    rmSync(join(root, "images"), { recursive: true });
    await follow();
    mkdirSync(join(root, "images"));
    writeImage(at("late.iso"));
    await stateOf("late", "ready");
  });

  it("is not offered while it is copied, and is looked into when it has rested", async () => {
    const image = liveImage();
    writeFileSync(at("big.iso"), image.subarray(0, 100_000));
    utimesSync(at("big.iso"), 1_999, 1_999);
    await follow({ settle: 3_000 });
    await stateOf("big", "copying");
    appendFileSync(at("big.iso"), image.subarray(100_000));
    utimesSync(at("big.iso"), 2_000, 2_000);
    await until(() => row("big")?.state === "copying");
    clock = 2_003_000;
    await stateOf("big", "ready");
    expect(history).toEqual(["big copying", "big ready"]);
  });

  it("may come from another clock, which is ahead", async () => {
    writeImage(at("ahead.iso"), liveImage(), 9_000);
    await follow({ settle: 3_000 });
    await stateOf("ahead", "copying");
    clock += 3_000;
    await stateOf("ahead", "ready");
  });

  it("is looked into again when another takes its place", async () => {
    writeImage(at("same.iso"));
    await follow();
    await stateOf("same", "ready");
    writeImage(join(root, "other"), liveImage([{ path: "TrueNAS-SCALE.update", data: "x" }]));
    renameSync(join(root, "other"), at("same.iso"));
    const other = await until(() => {
      const found = row("same");
      return found?.state === "ready" && found.system.family === "truenas" && found;
    });
    expect(other).toMatchObject({ system: { way: "none", entries: [] } });
  });
});

describe("an image that cannot be used says why", () => {
  it("cut short: that it is on its way, for a while", async () => {
    const image = liveImage();
    writeImage(at("cut.iso"), image.subarray(0, image.length - 310_000), 1_990);
    await follow({ incomplete: 15_000 });
    await stateOf("cut", "copying");
    clock += 15_000;
    expect(await faultOf("cut")).toEqual({
      code: "beyond-end",
      offset: image.length - 310_000,
      detail: `truncated, 0.1 of ${(image.length / 1e6).toFixed(1)} MB`,
    });
  });

  it("no image at all, nothing in it, damage where the system is", async () => {
    writeImage(at("letter.iso"), noise(100_000));
    writeImage(at("empty.iso"), new Uint8Array());
    await follow();
    expect(await faultOf("letter")).toMatchObject({ code: "not-an-image", detail: "neither ISO 9660 nor UDF" });
    expect(await faultOf("empty")).toMatchObject({ code: "not-an-image" });
  });

  it("a link out of the folder, a private file, a file that nobody may read", async () => {
    writeImage(join(root, "secret"));
    writeImage(at("mine.iso"));
    symlinkSync("/dev/null", at("device.iso"));
    symlinkSync(join(root, "secret"), at("inside.iso"));
    symlinkSync("/etc/passwd", at("outside.iso"));
    symlinkSync("nowhere", at("nowhere.iso"));
    await follow({}, { never: [at("mine.iso")] });
    expect(await faultOf("outside")).toMatchObject({ code: "outside-root" });
    expect(await faultOf("device")).toMatchObject({ detail: expect.any(String) });
    expect(await faultOf("mine")).toMatchObject({ code: "permission-denied", detail: "is private" });
    await stateOf("inside", "ready");
    expect(row("nowhere")).toBeUndefined();
  });

  it("text of an image is harmless", async () => {
    const info = { path: ".disk/info", data: `\u001b[31mred\u202e${"x".repeat(500)}\nmore` };
    writeImage(at("evil.iso"), liveImage([info, { path: "nix-store.squashfs", data: "x" }]));
    await follow();
    const ready = await stateOf("evil", "ready");
    const title = ready.state === "ready" ? ready.system.title : "";
    expect(title).toMatch(/^\[31mred x+…$/);
    expect(title.length).toBe(120);
  });
});

it("says so when the disk of an image does not answer, and offers the others", async () => {
  writeImage(at("a-hung.iso"));
  writeImage(at("fine.iso"));
  await follow(
    { look: 500 },
    { open: (path) => (path.endsWith("a-hung.iso") ? new Promise<never>(() => {}) : undefined) },
  );
  expect(await faultOf("a-hung")).toMatchObject({ code: "no-answer", detail: "its disk does not answer" });
  await stateOf("fine", "ready");
});

it("leaves out what is hidden, what has another name, and what is beyond the limit", async () => {
  for (const name of [".half.iso", "README.txt", "sums.iso.sha256"]) writeImage(at(name));
  mkdirSync(at("folder.iso"));
  writeImage(at("one.ISO"));
  await follow();
  await stateOf("one", "ready");
  expect(rows.map(({ id }) => id)).toEqual(["one"]);
  expect(cut).toBe(false);
  writeImage(at("two.iso"));
  const few = await findImages([{ path: join(root, "images"), base: root }], 1);
  expect([few?.files.map(({ name }) => name), few?.cut]).toEqual([["one.ISO"], true]);
});

it("keeps what it knows of a folder that loses its rights", async () => {
  writeImage(at("kept.iso"));
  await follow();
  await stateOf("kept", "ready");
  chmodSync(at("kept.iso"), 0o644);
  await stateOf("kept", "ready");
});
