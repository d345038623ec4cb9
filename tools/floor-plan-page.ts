/** Prints the rooms of the appliance as docs/floor-plan.md shows them: `node tools/floor-plan-page.ts`. */
import { applianceRooms } from "./appliance-rooms.ts";
import type { Room } from "./room.ts";

/** The rooms as a table in Markdown, lowest first. */
export function roomTable(rooms: readonly Room[]): string {
  const rows = rooms.map(({ name, rooms: below, packages, pure, planned }) => {
    const own = planned === true ? `${name} (planned)` : name;
    const ours = packages.filter((one) => one.startsWith("@bootlace/")).map((one) => one.slice("@bootlace/".length));
    const others = packages
      .filter((one) => !one.startsWith("@bootlace/"))
      .map((one) => (one === "node:*" ? "Node" : one));
    return [own, below.join(", "), ours.join(", "), others.join(", "), pure === true ? "yes" : ""];
  });
  const head = ["room", "rooms it knows", "packages of ours", "else", "pure"];
  const table = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...table.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

if (import.meta.main) console.log(roomTable(applianceRooms));
