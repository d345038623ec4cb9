/**
 * Test files that get a process of their own. All others share a few, which load the modules that they import once for all
 * of them; that saves most of the time. `test-projects.test.ts` finds the files that must be listed.
 */
export const ownProcess = [
  "apps/appliance/test/backlog.test.ts",
  "apps/appliance/test/disk-answers.test.ts",
  "apps/appliance/test/few-descriptors.test.ts",
  "apps/appliance/test/import-command.test.ts",
  "apps/appliance/test/init.test.ts",
  "apps/appliance/test/large-root.test.ts",
  "apps/appliance/test/log-silent.test.ts",
  "apps/appliance/test/make-folders.test.ts",
  "apps/appliance/test/sinks.test.ts",
  "apps/appliance/test/write-behind.test.ts",
  "packages/boot-source/test/case-index.test.ts",
  "packages/boot-source/test/lookups.test.ts",
  "packages/http-boot/test/connections.test.ts",
  "packages/http-boot/test/penalties.test.ts",
  "packages/proxy-dhcp/test/delay.test.ts",
  "packages/proxy-dhcp/test/room.test.ts",
  "packages/tftp-serve/test/channel-pool.test.ts",
  "packages/tftp-serve/test/leaks.test.ts",
  "packages/tftp-serve/test/room.test.ts",
  "packages/tftp-serve/test/segments.test.ts",
  "packages/tftp-serve/test/udp-handle.test.ts",
  "packaging/test/staged.test.ts",
];

const words: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/\bvi\.(?:mock|doMock|hoisted|resetModules|stubGlobal|stubEnv)\b/, "replaces modules or globals"],
  [/\bvi\.useFakeTimers\b/, "stops the clock"],
  [/\bvi\.spyOn\(\s*(?:globalThis|process|\w+\.prototype)\b/, "replaces what others call"],
  [/\bsetFlagsFromString\b/, "changes V8"],
  [/\bprocess\.(?:umask\(|chdir\(|env(?:\.\w+|\[[^\]]+\]) = |setuid|setgid|exitCode)/, "changes the process"],
  [/\bprocess\.(?:getActiveResourcesInfo|memoryUsage)\b|"\/proc\/self\/fd"/, "looks at what the process holds"],
];

/**
 * Why a test file may not share its process with others.
 * @param text its source
 * @returns undefined when nothing shows that it may not
 */
export function ownProcessReason(text: string): string | undefined {
  return words.find(([pattern]) => pattern.test(text))?.[1];
}

/** Whether a helper of tests registers hooks as it is loaded, which in a shared process works for the first file alone. */
export function registersHooks(text: string): boolean {
  return /^(?:beforeEach|afterEach|beforeAll|afterAll)\(/m.test(text);
}
