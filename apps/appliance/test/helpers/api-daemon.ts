import type { ApplianceDeps } from "../../src/app/types.ts";
import type { LoadResult } from "../../src/config/load.ts";
import type { Config } from "../../src/config/schema.ts";
import { createTestAppliance, loadedOf, loopbackConfig } from "./loopback.ts";

/** A running appliance with its API, and the words that lead a command to it. */
export async function apiDaemon(
  root: string,
  clientPort = 68,
  port = 0,
  more: Partial<Config> = {},
  deps: Partial<ApplianceDeps> = {},
) {
  const config = loopbackConfig(root, clientPort, more);
  const first = { ...config, admin: { ...config.admin, enabled: true, port } };
  let loads: LoadResult = { ok: true, loaded: loadedOf(first) };
  const test = createTestAppliance(first, { load: () => loads, macOf: () => undefined, now: Date.now, ...deps });
  await test.appliance.start();
  return {
    ...test,
    first,
    url: ["--api", `http://127.0.0.1:${test.port("admin")}`],
    willLoad(result: LoadResult) {
      loads = result;
    },
  };
}
