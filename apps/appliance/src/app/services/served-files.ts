import { firstOf, type Source, type SourceClient } from "@bootlace/boot-source";
import { checkSource } from "../../boot-files/check-source.ts";
import { scriptSource } from "../../boot-files/script-source.ts";
import type { BootTree } from "../../catalogue/tree.ts";
import { filesThenImages } from "../../images/image-files.ts";
import { type ImageMenusDeps, imageMenus } from "./image-menus.ts";
import type { ImagesService } from "./images.ts";

export interface ServedFilesDeps extends Omit<ImageMenusDeps, "snapshot"> {
  readonly images: Pick<ImagesService, "files" | "snapshot">;
  readonly tree: () => BootTree;
  readonly rootProblem: () => string | undefined;
  /** Looks at what goes out. */
  readonly watched: (source: Source) => Source;
}

/** By which protocol files go out, and the port at which a URL without port finds them. */
export interface ServedOver {
  readonly protocol: "http" | "tftp";
  readonly usualPort: number;
}

/** All that one protocol serves: programs of the boot check, files of the root, what is in disc images, their menus; scripts filled in. */
export function servedFiles(deps: ServedFilesDeps): (over: ServedOver) => Source {
  const { files, images, config, tree, rootProblem, watched } = deps;
  const menus = imageMenus({ ...deps, snapshot: images.snapshot });
  const checkFacts = () => ({ root: config().root, tree: tree(), rootProblem: rootProblem() });
  return (over) => {
    const { protocol, usualPort } = over;
    // TFTP has no URLs of its own: there a loader asks for paths below the root.
    const baseUrl = ({ localAddress, localPort }: SourceClient) =>
      protocol === "tftp" ? "" : `http://${localAddress}${localPort === usualPort ? "" : `:${localPort}`}`;
    const made = filesThenImages(files, images.files(baseUrl));
    return watched(scriptSource(checkSource(firstOf(made, menus), checkFacts), over));
  };
}
