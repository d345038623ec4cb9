/** The oldest Node.js that runs Bootlace: `engines` of package.json, which npm only warns about. */
const oldest = [22, 12] as const;

/** The problem with this version of Node.js, or undefined. */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return undefined;
  return `Node.js ${version} is too old; Bootlace needs Node.js ${oldest.join(".")} or later`;
}
