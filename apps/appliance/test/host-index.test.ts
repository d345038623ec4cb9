import type { BootClient } from "@bootlace/proxy-dhcp";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HostRow } from "../src/config/schema.ts";
import { nameOfHost } from "../src/policy/conditions.ts";
import { hostIndex } from "../src/policy/host-index.ts";

type Identified = Pick<BootClient, "mac" | "clientId" | "uuid" | "uuidBigEndian" | "serial">;
const client = (known: Identified) => known as BootClient;

/** As it is said: the first row with an identifier of the machine. */
function first(rows: readonly HostRow[], { mac, uuid, uuidBigEndian, serial }: Identified): number | undefined {
  const place = rows.findIndex(
    (row) =>
      row.mac?.some((prefix) => mac?.startsWith(prefix)) ||
      row.uuid?.some((text) => text.toLowerCase() === uuid || text.toLowerCase() === uuidBigEndian) ||
      row.serial?.some((text) => text.toLowerCase() === serial?.toLowerCase()),
  );
  return place === -1 ? undefined : place;
}

describe("the index of hosts", () => {
  test("finds what a search of all rows finds", () => {
    const octet = fc.constantFrom("52", "54", "00");
    const mac = (least: number) =>
      fc.array(octet, { minLength: least, maxLength: 6 }).map((octets) => octets.join(":"));
    const word = fc.constantFrom("A1", "b2", "C3");
    const row = fc.record(
      { mac: fc.array(mac(1), { maxLength: 2 }), uuid: fc.array(word), serial: fc.array(word) },
      { requiredKeys: [] },
    );
    const seen = fc.record(
      { mac: mac(6), uuid: word.map((text) => text.toLowerCase()), serial: word },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(row, { maxLength: 8 }), seen, (rows, known) => {
        expect(hostIndex(rows as HostRow[]).find(client(known))).toBe(first(rows as HostRow[], known));
      }),
    );
  });

  test("looks as often for one of ten thousand as for one of ten", () => {
    const looks = (count: number) => {
      let looked = 0;
      const hosts = Object.fromEntries(
        Array.from({ length: count }, (_, index) => [
          `pc${index}`,
          {
            get mac() {
              looked++;
              return [
                `52:54:00:00:${(index >> 8).toString(16).padStart(2, "0")}:${(index & 255).toString(16).padStart(2, "0")}`,
              ];
            },
          } as HostRow,
        ]),
      );
      expect(nameOfHost(client({ mac: "52:54:00:00:00:05" }), hosts)).toBe("pc5");
      const built = looked;
      for (let asked = 0; asked < 100; asked++) {
        nameOfHost(client({ mac: "02:00:00:00:00:01" }), hosts);
        nameOfHost(client({ mac: "52:54:00:00:00:09" }), hosts);
      }
      return looked - built;
    };
    expect([looks(10), looks(10_000)]).toEqual([0, 0]);
  });
});
