/** What an image is made of: a path, and data for a file, a target for a link, neither for a folder. */
export interface Content {
  readonly path: string;
  readonly data?: Uint8Array | string;
  readonly link?: string;
  readonly mode?: number;
  /** The file is split into parts of so many bytes: a multiple of 2048. */
  readonly part?: number;
}

export interface Node {
  readonly name: string;
  readonly content: Content;
  readonly data: Uint8Array;
  readonly children: Node[] | undefined;
}

/** The tree of a list of paths; folders on the way need not be named. */
export function treeOf(contents: readonly Content[]): Node {
  const folder = (name: string, content: Content): Node => ({ name, content, data: new Uint8Array(), children: [] });
  const root = folder("", { path: "" });
  for (const content of contents) {
    const names = content.path.split("/");
    let here = root;
    for (const [index, name] of names.entries()) {
      const known = here.children?.find((child) => child.name === name);
      if (known !== undefined) {
        here = known;
        continue;
      }
      const last = index === names.length - 1;
      const path = names.slice(0, index + 1).join("/");
      const isFile = last && (content.data !== undefined || content.link !== undefined);
      const data = typeof content.data === "string" ? new TextEncoder().encode(content.data) : content.data;
      const made: Node = isFile
        ? { name, content, data: data ?? new Uint8Array(), children: undefined }
        : folder(name, last ? content : { path });
      here.children?.push(made);
      here = made;
    }
  }
  return root;
}

export function nodesOf(root: Node): Node[] {
  return [root, ...(root.children ?? []).flatMap(nodesOf)];
}
