import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Lab } from "../lab.ts";
import type { Host } from "../namespaces.ts";
import { locate } from "../packages.ts";
import { runOk } from "../processes.ts";

/** What the boot sector of the disk says. */
export const DISK_BOOTED = "AE-DISK-BOOTED";
/** What the UEFI program says. */
export const PROGRAM_RUNS = "AE-EFI-APP-OK";

const SECTOR = `        bits 16
        org 0x7c00
        xor ax, ax
        mov ds, ax
        mov si, text
next:   lodsb
        test al, al
        jz halt
        mov ah, 0x0e
        mov bx, 7
        int 0x10
        jmp next
halt:   hlt
        jmp halt
text:   db 13, 10, "${DISK_BOOTED}", 13, 10, 0
        times 510-($-$$) db 0
        dw 0xaa55
`;

/** Makes a disk image whose boot sector only says that it runs; gives its path. */
export async function bootDisk(lab: Lab, host: Host): Promise<string> {
  const source = join(lab.folder, "sector.asm");
  const image = join(lab.folder, "disk.img");
  writeFileSync(source, SECTOR);
  await runOk(lab, host.netns, locate("nasm"), ["-f", "bin", "-o", image, source]);
  writeFileSync(image, Buffer.concat([readFileSync(image), Buffer.alloc(1024 * 1024)]));
  return image;
}

const PROGRAM = `typedef unsigned short char16;
typedef struct output { void *reset; unsigned long long (*print)(struct output *, const char16 *); } output;
typedef struct { char header[24]; void *vendor; int revision; void *a, *b, *c; output *console; } system_table;
static const char16 *volatile text = u"\\r\\n${PROGRAM_RUNS}\\r\\n";
unsigned long long efi_main(void *image, system_table *system) {
  (void)image;
  system->console->print(system->console, text);
  for (;;) __asm__ volatile("pause");
}
`;

/** A UEFI program for x64 that says that it runs, and then stays. */
export function uefiProgram(): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "bootlace-lab-"));
  try {
    const file = (name: string) => join(folder, name);
    writeFileSync(file("app.c"), PROGRAM);
    const flags = ["-std=c11", "-Os", "-ffreestanding", "-fshort-wchar", "-mno-red-zone", "-fno-stack-protector"];
    const target = ["--target=x86_64-unknown-windows", ...flags, "-c", file("app.c"), "-o", file("app.o")];
    execFileSync(locate("clang"), target);
    const link = ["/nologo", "/subsystem:efi_application", "/entry:efi_main", "/nodefaultlib", "/machine:x64"];
    execFileSync(locate("lld"), [...link, `/out:${file("app.efi")}`, file("app.o")]);
    return readFileSync(file("app.efi"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
