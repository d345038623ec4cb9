/** One room of the floor plan: which files it holds, what they may import, and whether it must stay pure. */
export interface Room {
  readonly name: string;
  /** Path prefix from the top of the repository; the longest matching prefix decides. */
  readonly prefix: string;
  /** Further prefixes of the same room. */
  readonly also?: readonly string[];
  /** Rooms whose files may be imported by a relative path, besides the room itself. Each must be lower: earlier in the list. */
  readonly rooms: readonly string[];
  /** Packages that may be imported by name; `node:*` allows Node's built-in modules, `*` any dependency. */
  readonly packages: readonly string[];
  /** A TypeScript project of its own with `"types": []`: what belongs to Node.js does not compile there. */
  readonly pure?: true;
  /** Has no file yet: a later floor. It disappears from here when the first file comes. */
  readonly planned?: true;
}
