/** Node 22 and some of 24 tell stderr at the first load that it is experimental; to who runs a daemon that is noise. */
export function loadSqlite(): typeof import("node:sqlite") | undefined {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return process.getBuiltinModule("node:sqlite");
  } finally {
    process.emitWarning = emitWarning;
  }
}
