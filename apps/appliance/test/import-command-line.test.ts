import { describe, expect, it } from "vitest";
import { readDirectives } from "../src/import/dnsmasq/lines.ts";

const read = (text: string) => readDirectives(text).map(({ name, parts }) => [name, ...parts]);

describe("command-line options", () => {
  it.each([
    ["--port=0", [["port", "0"]]],
    ["--tftp-root /srv/boot --enable-tftp", [["tftp-root", "/srv/boot"], ["enable-tftp"]]],
    ["--enable-tftp=eth0 --log-dhcp", [["enable-tftp", "eth0"], ["log-dhcp"]]],
    ["dnsmasq -kd -p0 -i eth0", [["keep-in-foreground"], ["no-daemon"], ["port", "0"], ["interface", "eth0"]]],
    ["ExecStart=/usr/sbin/dnsmasq -q --port 0", [["log-queries"], ["port", "0"]]],
    ["ExecStart=-/usr/sbin/dnsmasq --port=0", [["port", "0"]]],
    ["sudo docker run --rm --net=host -p 69:69/udp quay.io/some/dnsmasq:v1.2 --port=0", [["port", "0"]]],
    ["command: dnsmasq --port=0", [["port", "0"]]],
    ["- --port=0", [["port", "0"]]],
    [`--pxe-service='X86PC,"Start now",loader'`, [["pxe-service", "X86PC", '"Start now"', "loader"]]],
    ['--pxe-service=X86PC,"Start now",loader', [["pxe-service", "X86PC", "Start now", "loader"]]],
    ["--pxe-service=X86PC,Start\\ now,loader", [["pxe-service", "X86PC", "Start now", "loader"]]],
    ["--dhcp-bo=a.0", [["dhcp-boot", "a.0"]]],
    ["--made-up=1 -~", [["made-up", "1"], ["-~"]]],
    ["--port=0 # not this --log-dhcp", [["port", "0"]]],
  ])("%s", (line, directives) => expect(read(line)).toEqual(directives));

  it("go on behind a backslash, and keep the line on which they begin", () => {
    const text = "# a comment \\\n--dhcp-range=192.168.11.0,proxy \\\n  --enable-tftp \\\n--log-dhcp\nport=0\n";
    expect(readDirectives(text)).toEqual([
      { line: 2, name: "dhcp-range", parts: ["192.168.11.0", "proxy"], text: expect.any(String), commandLine: true },
      { line: 2, name: "enable-tftp", parts: [], text: "--enable-tftp", commandLine: true },
      { line: 2, name: "log-dhcp", parts: [], text: "--log-dhcp", commandLine: true },
      { line: 5, name: "port", parts: ["0"], text: "port=0" },
    ]);
    expect(read("dhcp-boot=a.0,,\\\n192.168.11.17 \\")).toEqual([["dhcp-boot", "a.0", "", "192.168.11.17"]]);
  });

  it("are none in lines that only look alike", () => {
    expect(read("user=dnsmasq")).toEqual([["user", "dnsmasq"]]);
    expect(read("dhcp-boot=a -b.0")).toEqual([["dhcp-boot", "a -b.0"]]);
  });
});
