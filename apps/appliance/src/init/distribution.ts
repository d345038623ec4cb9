/** The families of Linux distributions whose packages are known here. */
export const distributionIds = ["debian", "alpine", "fedora", "arch"] as const;
export type DistributionId = (typeof distributionIds)[number];

export interface Distribution {
  /** Such as `Debian GNU/Linux 12 (bookworm)`. */
  readonly name: string;
  /** Absent when its packages are unknown to init. */
  readonly id?: DistributionId;
}

/** Names in `ID` and `ID_LIKE` that belong to a family of another name. */
const relatives: Readonly<Record<string, DistributionId>> = {
  raspbian: "debian",
  ubuntu: "debian",
  rhel: "fedora",
  centos: "fedora",
  postmarketos: "alpine",
  archarm: "arch",
};

/** Reads an os-release file (os-release(5)): the first known word of ID and ID_LIKE decides. */
export function readOsRelease(text: string): Distribution {
  const values = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, key, value] = /^\s*([A-Z_0-9]+)=(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) values.set(key, unquote(value));
  }
  const words = [values.get("ID") ?? "", ...(values.get("ID_LIKE") ?? "").split(/\s+/)];
  const found = words.map((word) => familyOf(word.toLowerCase())).find((id) => id !== undefined);
  const name = values.get("PRETTY_NAME") || values.get("NAME") || "this system";
  return found === undefined ? { name } : { name, id: found };
}

function unquote(value: string): string {
  const inner = /^(["'])(.*)\1$/.exec(value)?.[2];
  return inner === undefined ? value : inner.replace(/\\(["$`\\])/g, "$1");
}

function familyOf(word: string): DistributionId | undefined {
  if (Object.hasOwn(relatives, word)) return relatives[word];
  return distributionIds.find((id) => id === word);
}

const installers: Readonly<Record<DistributionId, readonly [asRoot: string, command: string]>> = {
  debian: ["sudo", "apt-get install"],
  alpine: ["doas", "apk add"],
  fedora: ["sudo", "dnf install"],
  arch: ["sudo", "pacman -S --needed"],
};

/** The command line that installs packages. */
export function installCommand(id: DistributionId, packages: readonly string[], isRoot: boolean): string {
  const [asRoot, command] = installers[id];
  return `${isRoot ? "" : `${asRoot} `}${command} ${packages.join(" ")}`;
}
