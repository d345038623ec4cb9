import { describe, expect, test } from "vitest";
import { needs, read } from "./helpers/config-needs.ts";

describe("iPXE", () => {
  test("names count from the folder of the script, and addresses of ours from the root", () => {
    const facts = read(
      "menus/boot.ipxe",
      `#!ipxe
set base http://192.168.50.10:8069/images
kernel images/bzImage initrd=root.gz ro
initrd \${base}/root.gz
initrd --name x /extra.gz
module tftp://\${next-server}/mod.img || echo none
imgfetch http://10.0.0.1/elsewhere
chain {{base_url}}/next.ipxe?mac=\${mac}
kernel never
`,
    );
    expect(needs(facts)).toEqual([
      "3: kernel menus/images/bzImage",
      "4: initrd images/root.gz",
      "5: initrd extra.gz",
      "6: image mod.img optional",
      "7: image @10.0.0.1",
      "8: script next.ipxe",
      "9: kernel menus/never optional",
    ]);
  });

  test("another port of this host is another server", () => {
    const text = `#!ipxe\nset base http://192.168.50.10\nkernel \${base}:8069/k\ninitrd \${base}:81/i || chain http://\${next-server}/x\nchain tftp://192.168.50.10/y\n`;
    expect(needs(read("boot.ipxe", text, { ownHttpPorts: [8069] }))).toEqual([
      "3: kernel k",
      "4: initrd @192.168.50.10:81 optional",
      "4: program @next-server optional",
      "5: program y",
    ]);
  });

  test("https to a port of ours, and disks on the network", () => {
    const text =
      "#!ipxe\nkernel https://192.168.50.10:8069/k\ninitrd https://192.168.50.10/i\nchain https://10.0.0.1:8069/c\n";
    const facts = read("boot.ipxe", text, { ownHttpPorts: [8069] });
    expect(facts.needs.map(({ host, tls }) => [host, tls])).toEqual([
      ["192.168.50.10:8069", "plain-port"],
      ["192.168.50.10", "other-port"],
      ["10.0.0.1:8069", undefined],
    ]);
    const disks = `#!ipxe\nsanhook iscsi:10.0.0.2::3261:1:iqn.x\nsanboot iscsi:\${next-server}::::iqn.y\nsanboot aoe:e0.1\nsanboot iscsi:\${ip}::::z\n`;
    expect(read("boot.ipxe", disks).needs.map(({ host, san }) => [host, san])).toEqual([
      ["10.0.0.2:3261", true],
      ["next-server:3260", true],
      ["aoe:e0.1", true],
    ]);
  });

  test("a menu: each label is an entry, and the default starts", () => {
    const facts = read(
      "boot.ipxe",
      `#!ipxe
:start
menu Boot
item linux Linux
item --gap -- ---
item disk Disk
choose --default linux --timeout 5000 target && goto \${target} || goto linux
:linux
kernel vmlinuz
initrd initrd.\${arch}.gz
boot || goto start
:disk
sanboot --no-describe --drive 0x80
`,
    );
    expect(needs(facts)).toEqual(["9: kernel vmlinuz [linux]", "10: initrd ? [linux] optional"]);
    expect(facts).toMatchObject({ waits: false, starts: "linux", localBoot: false });
    expect(facts.unknownCommands).toBeUndefined();
  });

  test("what a test guards, and what follows a way that may be left, is optional", () => {
    const facts = read(
      "boot.ipxe",
      `#!ipxe\ndhcp || goto failed\nisset \${uuid} && chain by-uuid.ipxe ||\niseq \${x} y && goto there ||\nchain main.ipxe\n:failed\nshell\n:there\nkernel k\n`,
    );
    expect(needs(facts)).toEqual([
      "3: script by-uuid.ipxe optional",
      "5: script main.ipxe optional",
      "9: kernel k [there]",
    ]);
  });

  test("a word that is no command is found, and its line", () => {
    const facts = read("boot.ipxe", "#!ipxe\necho kernal\nkernal bzImage\nboot\n");
    expect(facts.unknownCommands).toEqual([{ word: "kernal", line: 3, certain: true }]);
  });

  test("wimboot without its files", () => {
    const whole =
      "#!ipxe\nkernel wimboot\ninitrd boot/bcd BCD\ninitrd boot/boot.sdi boot.sdi\ninitrd sources/boot.wim boot.wim\nboot\n";
    expect(read("boot.ipxe", whole).lacks).toBeUndefined();
    const bare = "#!ipxe\nkernel http://192.168.50.10/wimboot gui\ninitrd boot.wim boot.wim\nboot\n";
    expect(read("boot.ipxe", bare).lacks?.map(({ name }) => name)).toEqual(["BCD", "boot.sdi"]);
  });

  test.each([
    ["#!ipxe\nexit\n", { localBoot: true, waits: false }],
    ["#!ipxe\nsanboot --no-describe --drive 0x80\n", { localBoot: true }],
    ["#!ipxe\nprompt Press a key\nkernel k\nboot\n", { waits: true, localBoot: false }],
    ["#!ipxe\nprompt --key 0x02 --timeout 2000 Press && shell ||\nkernel k\nboot\n", { localBoot: false }],
    ["#!ipxe\nshell\n", { waits: true }],
    [
      "#!ipxe\n:menu\nmenu x\nitem local l\nchoose --default local --timeout 900 t && goto $t || goto local\n:local\nexit 1\n",
      { waits: false, starts: "local", localBoot: true },
    ],
  ])("what happens without a person: %j", (text, wanted) => {
    expect(read("boot.ipxe", text)).toMatchObject(wanted);
  });

  test("circles in a script end", () => {
    expect(needs(read("boot.ipxe", `#!ipxe\n:a\nset x \${y}\nset y \${x}\nchain \${x}.ipxe ||\ngoto a\n`))).toEqual([
      "5: script ? optional",
    ]);
  });
});
