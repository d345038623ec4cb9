import { boundedMap } from "@bootlace/boot-source";
import type { FileFacts } from "../catalogue/file-facts.ts";
import type { Network, OwnEvent, Programs } from "../events/event.ts";
import { type ImageFile, imagesSeen } from "./images-seen.ts";
import { realPath } from "./real-path.ts";
import type { JudgeContext } from "./verdicts/view.ts";

/** What is known besides the boots: the files, the network, what can be heard. */
export interface Surroundings {
  see(event: OwnEvent): void;
  network(): Network;
  /** The disc image that a file belongs to. @param address of the client: its names may count from a folder of its own */
  imageOf(file: string, address: string | undefined): ImageFile | undefined;
  /**
   * @param pxePortHeard lately some machine was heard on the PXE port
   * @param address of the client: its names may count from a folder of its own
   */
  contextAt(now: number, pxePortHeard: boolean, address: string | undefined): JudgeContext;
}

const mostFiles = 4096;
const mostRoots = 4096;
const nothing: Network = { addresses: [], macs: [], served: [], subnets: [], fileServers: [], httpPorts: [] };

export function createSurroundings(): Surroundings {
  let overhearing = false;
  let programs: Programs = { machines: new Map(), unsigned: new Set() };
  let network = nothing;
  const facts = boundedMap<string, FileFacts>(mostFiles);
  const namesakes = boundedMap<string, readonly string[]>(mostFiles);
  const roots = boundedMap<string, string>(mostRoots);
  const images = imagesSeen();
  const rootOf = (address: string | undefined) => (address === undefined ? undefined : roots.peek(address));
  const imageOf = (file: string, address: string | undefined) => images.fileOf(realPath(file, rootOf(address)));
  // Both file servers find a file under another case.
  const key = (file: string, root?: string) => realPath(file, root).toLowerCase();

  function onRoot(client: string, root: string | undefined): void {
    if (root === undefined) roots.delete(client);
    else roots.set(client, root);
  }

  return {
    see(event) {
      if (event.type === "programs") programs = event;
      else if (event.type === "overhearing") overhearing = event.on;
      else if (event.type === "network") network = event;
      else if (event.type === "inspected") facts.set(key(event.path, event.root), event.facts);
      else if (event.type === "images") images.adopt(event.images, event.time);
      else if (event.type === "client-root") onRoot(event.client, event.root);
      else if (event.type === "namesakes") namesakes.set(key(event.path), event.found);
    },
    network: () => network,
    imageOf,
    contextAt(now, pxePortHeard, address) {
      const root = rootOf(address);
      const factsOf = (file: string) => facts.peek(key(file, root));
      const namesakesOf = (file: string) => namesakes.peek(key(file, root)) ?? [];
      return {
        now,
        overhearing,
        programs,
        pxePortHeard,
        network,
        factsOf,
        namesakesOf,
        imageOf: (file) => imageOf(file, address),
        ...(root === undefined ? {} : { root }),
      };
    },
  };
}
