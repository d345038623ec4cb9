import { boundedMap } from "@bootlace/boot-source";
import type { FileFacts } from "../catalogue/file-facts.ts";
import { plainName } from "../catalogue/file-role.ts";
import type { Network, OwnEvent, Programs } from "../events/event.ts";
import type { JudgeContext } from "./verdicts/view.ts";

/** What is known besides the boots: the files, the network, what can be heard. */
export interface Surroundings {
  see(event: OwnEvent): void;
  network(): Network;
  /** @param pxePortHeard lately some machine was heard on the PXE port */
  contextAt(now: number, pxePortHeard: boolean): JudgeContext;
}

const mostFiles = 4096;
const nothing: Network = { addresses: [], macs: [], served: [], subnets: [], fileServers: [], httpPorts: [] };

export function createSurroundings(): Surroundings {
  let overhearing = false;
  let programs: Programs = { machines: new Map(), unsigned: new Set() };
  let network = nothing;
  const facts = boundedMap<string, FileFacts>(mostFiles);
  const namesakes = boundedMap<string, readonly string[]>(mostFiles);
  // Both file servers find a file under another case.
  const key = (file: string) => plainName(file).toLowerCase();
  const factsOf = (file: string) => facts.peek(key(file));
  const namesakesOf = (file: string) => namesakes.peek(key(file)) ?? [];

  return {
    see(event) {
      if (event.type === "programs") programs = event;
      else if (event.type === "overhearing") overhearing = event.on;
      else if (event.type === "network") network = event;
      else if (event.type === "inspected") facts.set(key(event.path), event.facts);
      else if (event.type === "namesakes") namesakes.set(key(event.path), event.found);
    },
    network: () => network,
    contextAt: (now, pxePortHeard) => ({ now, overhearing, programs, pxePortHeard, network, factsOf, namesakesOf }),
  };
}
