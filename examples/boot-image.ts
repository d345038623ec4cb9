// What is in a disc image, read by offset: nothing is mounted or unpacked.
//
//   node examples/boot-image.ts IMAGE          what it is, how it boots, and the files of its root
//   node examples/boot-image.ts IMAGE PATH     prints a file of it
import { basename, dirname } from "node:path";
import { imageSource, openImage, recognise } from "@bootlace/boot-image";
import { directory, type OpenResult } from "@bootlace/boot-source";

const [image = "debian.iso", path] = process.argv.slice(2);
const client = { address: "127.0.0.1", port: 2000, localAddress: "127.0.0.1", localPort: 80 };
const open = async () => await directory(dirname(image)).open(basename(image), client);

function fileOf(opened: OpenResult) {
  if (opened.ok) return opened.file;
  console.error(opened.fault.detail ?? opened.fault.reason);
  return process.exit(1);
}

if (path === undefined) {
  const medium = fileOf(await open());
  const opened = await openImage(medium);
  if (opened.ok) {
    const { family, title, entries } = await recognise(medium, opened.image);
    console.log(`${title}: ${family.systems} (${opened.image.fileSystems.map(({ kind }) => kind).join(", ")})`);
    for (const entry of entries) console.log(`boot: ${entry.title}: ${entry.kernel} ${entry.arguments}`);
    const listed = await opened.image.files.list("/");
    if (listed.ok) for (const { name, kind, size } of listed.entries) console.log(`${kind} ${name} ${size}`);
  } else console.error(`${image}: ${opened.fault.detail} (byte ${opened.fault.offset})`);
  await medium.close();
} else {
  const file = fileOf(await imageSource(open).open(path, client));
  const piece = new Uint8Array(65_536);
  for (let at = 0; at < file.size; at += piece.length) {
    const got = await file.read(piece, at);
    process.stdout.write(piece.slice(0, got));
  }
  await file.close();
}
