import { expect, it } from "vitest";
import { tftpPlace } from "../src/tftp-place.ts";

it.each<[string, object | undefined]>([
  ["pxelinux.0", { server: "192.0.2.1", port: 69, file: "pxelinux.0" }],
  ["/a/b", { server: "192.0.2.1", port: 69, file: "/a/b" }],
  ["tftp://192.0.2.9/script.ipxe", { server: "192.0.2.9", port: 69, file: "script.ipxe" }],
  ["TFTP://192.0.2.9:6969//a/b%20c", { server: "192.0.2.9", port: 6969, file: "a/b c" }],
  ["tftp://192.0.2.9/", undefined],
  ["tftp://boot.example/a", undefined],
  ["tftp://192.0.2.9:0/a", undefined],
  ["tftp://192.0.2.9/a%00b", undefined],
  ["tftp://192.0.2.9/a%zz", undefined],
])("%s leads to %j", (file, place) => {
  expect(tftpPlace("192.0.2.1", 69, file)).toEqual(place);
});
