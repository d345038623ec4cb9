import { expect, test } from "vitest";
import { rewriteBootCfg } from "../src/index.ts";

const tree = "http://192.0.2.1:8069/images/esxi";

test("boot.cfg of ESXi names the server, and files without a slash in front", () => {
  const text = `bootstate=0
title=Loading ESXi installer
timeout=5
prefix=
kernel=/b.b00
kernelopt=runweasel cdromBoot
modules=/jumpstrt.gz --- /useropts.gz --- /features.gz
build=8.0.2
`;
  expect(rewriteBootCfg(text, { tree, kernelOptions: "ks=http://192.0.2.1/ks.cfg" })).toBe(`bootstate=0
title=Loading ESXi installer
timeout=5
prefix=${tree}
kernel=b.b00
kernelopt=runweasel cdromBoot ks=http://192.0.2.1/ks.cfg
modules=jumpstrt.gz --- useropts.gz --- features.gz
build=8.0.2
`);
});

test("kernel options are added where there are none, and nothing where none are wanted", () => {
  expect(rewriteBootCfg("kernel=/k\nmodules=/m", { tree, kernelOptions: "a" })).toBe(
    `prefix=${tree}\nkernelopt=a\nkernel=k\nmodules=m`,
  );
  expect(rewriteBootCfg("kernel=k\nmodules=m", { tree })).toBe(`prefix=${tree}\nkernel=k\nmodules=m`);
});
