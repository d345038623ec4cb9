import type { Part } from "./order.ts";
import type { ApplianceDeps } from "./types.ts";

const pollInterfacesEvery = 2_000;
const tellHeldBackEvery = 5_000;

export interface FollowingDeps {
  readonly every: ApplianceDeps["every"];
  /** Compares the interfaces with those that are served. */
  readonly followInterfaces: () => Promise<void>;
  readonly onFailure: (error: unknown) => void;
  readonly reportHeldBack: () => void;
  /** Resolves when changes under way have ended. */
  readonly settled: () => Promise<unknown>;
}

/** What the appliance does from time to time, from its start to its stop. */
export function followingPart(deps: FollowingDeps): Part {
  const { every, followInterfaces, onFailure, reportHeldBack, settled } = deps;
  let endPolls: (() => void)[] = [];
  return {
    name: "following",
    async start() {
      let failing = false;
      const follow = async () => {
        try {
          await followInterfaces();
          failing = false;
        } catch (error) {
          // A system out of file descriptors fails every time, until one is free.
          if (!failing) onFailure(error);
          failing = true;
        }
      };
      const poll = every(pollInterfacesEvery, () => void follow());
      endPolls = [poll, every(tellHeldBackEvery, reportHeldBack)];
    },
    async stop() {
      for (const end of endPolls) end();
      reportHeldBack();
      await settled();
    },
  };
}
