import type { ConfigFacts, FileNeed } from "../file-facts.ts";
import { folderOf, linesOf, mostNeeds, needAt, on, pathFrom, type ReadContext, readUrl } from "./reading.ts";

/** Reads a `boot.cfg` of the ESXi installer: `kernel`, and `modules` with ` --- ` between them, behind `prefix`. */
export function readEsxiConfig(text: string, context: ReadContext): ConfigFacts {
  const folder = context.folder ?? folderOf(context.path);
  const rows = linesOf(text).map((row) => /^\s*(prefix|kernel|modules)\s*=(.*)$/i.exec(row));
  const prefix = rows.findLast((row) => row?.[1]?.toLowerCase() === "prefix")?.[2]?.trim() ?? "";
  const needs: FileNeed[] = [];

  function where(name: string): Pick<FileNeed, "path" | "host"> {
    const url = readUrl(name) ?? readUrl(prefix);
    if (url !== undefined) {
      const path = readUrl(name) === undefined ? `${url.path}/${name}` : url.path;
      return on(url.host, path, context, url.scheme);
    }
    return {
      path: name.startsWith("/") ? pathFrom("", name) : pathFrom(folder, prefix === "" ? name : `${prefix}/${name}`),
    };
  }

  for (const [index, row] of rows.entries()) {
    const key = row?.[1]?.toLowerCase();
    const names = key === "kernel" ? [row?.[2] ?? ""] : key === "modules" ? (row?.[2] ?? "").split(/\s+---\s*/) : [];
    for (const [position, written] of names.entries()) {
      // Behind the name come options for the module.
      const name = written.trim().split(/\s/)[0] ?? "";
      if (name === "" || needs.length >= mostNeeds) continue;
      needs.push(needAt(index + 1, key === "kernel" && position === 0 ? "kernel" : "image", name, where(name)));
    }
  }
  return { loader: "esxi", needs };
}
