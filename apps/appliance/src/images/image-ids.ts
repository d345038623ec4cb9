/** Names below the images folder that are those of menus. */
const reserved: ReadonlySet<string> = new Set(["menu", "items"]);
const longestId = 100;
const longestEntryId = 40;

/**
 * A name for each file, unique among all and the same again for the same files: that of the file without extension, where
 * whatever could mean something in a URL, a menu or a rule is a dash. Of two that would be the same, the first keeps it.
 * @param names in the order of their rank
 */
export function imageIds(names: readonly string[]): readonly string[] {
  const taken = new Set(reserved);
  return names.map((name) => {
    const stem = name.replace(/\.[^.]*$/, "");
    const id = stem
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .replace(/[^A-Za-z0-9._-]+/g, "-")
      .replace(/-{2,}/g, "-");
    return free(within(id, "-.").slice(0, longestId) || "image", taken);
  });
}

/** The same for the entries of an image: lower-case letters, digits and dashes, from their titles. */
export function entryIds(titles: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return titles.map((title) => {
    const words = title.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
    const id = words.replace(/[^a-z0-9]+/g, "-").slice(0, longestEntryId);
    return free(within(id, "-") || "entry", taken);
  });
}

/** Without these signs at its ends. */
function within(text: string, signs: string): string {
  let [start, end] = [0, text.length];
  while (start < end && signs.includes(text.charAt(start))) start++;
  while (start < end && signs.includes(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Names that differ in case are the same: clients and boot loaders do not agree about it. */
function free(wanted: string, taken: Set<string>): string {
  let id = wanted;
  for (let number = 2; taken.has(id.toLowerCase()); number++) id = `${wanted}-${number}`;
  taken.add(id.toLowerCase());
  return id;
}
