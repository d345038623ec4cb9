/**
 * Ends the process. Node waits for its threads first, and one that a silent file system holds would never end: then only
 * the system can end it, without an exit code.
 * @param isSilent whether a thread may wait for such a file system
 */
export function exitNow(code: number, isSilent: () => boolean): void {
  const waits = process.getActiveResourcesInfo().some((name) => name.startsWith("FSReq"));
  if (waits && isSilent()) process.kill(process.pid, "SIGKILL");
  process.exit(code);
}

/** Threads for what blocks (files, names): a storage that is silent may hold some of them, and the others go on. */
const threads = 16;

/** To be called before anything blocks: libuv asks once. */
export function useManyThreads(env: NodeJS.ProcessEnv): void {
  env.UV_THREADPOOL_SIZE ??= String(threads);
}
