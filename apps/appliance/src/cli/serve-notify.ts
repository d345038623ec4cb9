import type { Appliance } from "../app/types.ts";
import type { Log } from "../log/log.ts";
import { createNotifier, type Notifier, sendBySystemdNotify } from "../os/notify.ts";
import type { Surroundings } from "./command.ts";

/** Milliseconds between checks whether the status text has changed. */
const lookEvery = 5_000;

/** Notifies systemd while the daemon runs. */
export function openNotify({ env }: Surroundings, log: Log, every: Parameters<typeof createNotifier>[0]["every"]) {
  const notifier: Notifier = createNotifier({
    env,
    pid: process.pid,
    monotonic: () => process.hrtime.bigint() / 1000n,
    every,
    send: sendBySystemdNotify,
    onProblem: (problem) =>
      log({
        level: "warn",
        scope: "bootlace",
        event: "bootlace.notify-failed",
        message: `systemd notification failed: ${problem}`,
        fields: { problem },
      }),
  });
  let endLooking: (() => void) | undefined;
  return {
    ready(appliance: Appliance) {
      notifier.ready(statusText(appliance));
      endLooking ??= every(lookEvery, () => notifier.status(statusText(appliance)));
    },
    reloading: notifier.reloading,
    status: notifier.status,
    stopping() {
      endLooking?.();
      notifier.stopping();
    },
    async [Symbol.asyncDispose]() {
      endLooking?.();
      await notifier.close();
    },
  };
}

/** One sentence for `systemctl status`. */
export function statusText(appliance: Pick<Appliance, "serving" | "config">): string {
  const { interfaces, transfers } = appliance.serving();
  const places = interfaces.map(({ name, address }) => `${name} ${address}`);
  const where = places.length === 0 ? "waiting for an interface to serve" : `serving on ${places.join(", ")}`;
  const running = transfers === 0 ? "" : `; ${transfers} ${transfers === 1 ? "transfer" : "transfers"}`;
  const refused = appliance.config().lastReload?.result.ok === false;
  return `${where}${running}${refused ? "; last reload failed, old config kept" : ""}`;
}
