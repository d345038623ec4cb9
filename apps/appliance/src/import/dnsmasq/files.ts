import type { Directive } from "./directive.ts";
import { readDirectives } from "./lines.ts";

/** The files beside the one that is imported. Paths are those of the config. */
export interface ConfFiles {
  file(path: string): Found<{ readonly id: string; readonly text: string }>;
  /** Names of the files in a folder. */
  folder(path: string): Found<{ readonly names: readonly string[] }>;
  /** What `file` would say of the one that is imported; undefined for the standard input. */
  readonly id?: string | undefined;
}

type Found<T> = ({ readonly ok: true } & T) | { readonly ok: false; readonly problem: string };

/** Bounds of what one config may name. */
const most = { files: 200, characters: 4 * 1024 * 1024 };

/** What the lines of another file are, by the directive that names it (option.c). */
const contents: Readonly<Record<string, "conf" | "dhcp-host" | "dhcp-option">> = {
  "conf-file": "conf",
  "conf-dir": "conf",
  "dhcp-hostsfile": "dhcp-host",
  "dhcp-hostsdir": "dhcp-host",
  "dhcp-optsfile": "dhcp-option",
  "dhcp-optsdir": "dhcp-option",
};

export interface Expanded {
  /** In the order in which dnsmasq obeys them. */
  readonly directives: readonly Directive[];
  readonly remarks: readonly { readonly from: Directive; readonly why: string }[];
}

/** The directives with those of the files that they name in their place, each file once. */
export function expandFiles(directives: readonly Directive[], files: ConfFiles): Expanded {
  const remarks: { from: Directive; why: string }[] = [];
  const read = new Set(files.id === undefined ? [] : [files.id]);
  let characters = 0;

  function expand(list: readonly Directive[]): Directive[] {
    return list.flatMap((directive) => {
      const kind = Object.hasOwn(contents, directive.name) ? contents[directive.name] : undefined;
      const [path = ""] = directive.parts;
      if (kind === undefined || path === "" || path === "-") return [directive];
      const paths = /dir$/.test(directive.name) ? pathsIn(path, directive) : [path];
      return paths.flatMap((each) => readFile(each, kind, directive));
    });
  }

  function pathsIn(path: string, from: Directive): string[] {
    const found = files.folder(path);
    if (found.ok) return found.names.filter(chosenBy(from)).map((name) => `${path.replace(/\/+$/, "")}/${name}`);
    remarks.push({ from, why: `${found.problem}: the lines of its files are missing from the result` });
    return [];
  }

  function readFile(path: string, kind: "conf" | "dhcp-host" | "dhcp-option", from: Directive): Directive[] {
    const refuse = (why: string) => {
      remarks.push({ from, why });
      return [];
    };
    const found = files.file(path);
    if (!found.ok) return refuse(`${path}: ${found.problem}: its lines are missing from the result`);
    if (read.has(found.id)) return refuse(`${path} was already read, and dnsmasq reads each file once`);
    characters += found.text.length;
    if (read.size >= most.files || characters > most.characters)
      return refuse(`${path} was not read: the config names too many files, or too large ones`);
    read.add(found.id);
    if (kind === "conf") return expand(readDirectives(found.text).map((directive) => ({ ...directive, file: path })));
    const rows = readDirectives(found.text.replaceAll(/^(?=[^#\s])/gm, `${kind}=`));
    return rows.map((directive) => ({ ...directive, file: path }));
  }

  const all = expand(directives);
  return { directives: all, remarks };
}

/** Which files of a folder count: conf-dir=FOLDER[,SUFFIX…|,*SUFFIX…] leaves the first out, and takes the second only. */
function chosenBy({ name, parts }: Directive): (file: string) => boolean {
  const filters = name === "conf-dir" ? parts.slice(1).filter((part) => part !== "") : [];
  const wanted = filters.filter((part) => part.startsWith("*") && part !== "*").map((part) => part.slice(1));
  const unwanted = filters.filter((part) => !part.startsWith("*"));
  const ends = (file: string) => (suffix: string) => file.length > suffix.length && file.endsWith(suffix);
  return (file) => {
    if (file.startsWith(".") || file.endsWith("~") || /^#.*#$/.test(file)) return false;
    return (wanted.length === 0 || wanted.some(ends(file))) && !unwanted.some(ends(file));
  };
}
