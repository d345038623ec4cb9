import type { Source, SourceClient } from "@bootlace/boot-source";
import { checkSource } from "../../boot-files/check-source.ts";
import { scriptSource } from "../../boot-files/script-source.ts";
import { filesThenImages } from "../../images/image-files.ts";
import type { ImagesService } from "./images.ts";

export interface ServedFilesDeps {
  /** The files of the root, and of the client's own folder. */
  readonly files: Source;
  readonly images: Pick<ImagesService, "files">;
  /** What is true now, for the text of the boot check. */
  readonly checkFacts: Parameters<typeof checkSource>[1];
  /** Looks at what goes out. */
  readonly watched: (source: Source) => Source;
}

/** By which protocol files go out, and the port at which a URL without port finds them. */
export interface ServedOver {
  readonly protocol: "http" | "tftp";
  readonly usualPort: number;
}

/** All that one protocol serves: programs of the boot check, files of the root, what is made of disc images; scripts filled in. */
export function servedFiles({ files, images, checkFacts, watched }: ServedFilesDeps): (over: ServedOver) => Source {
  return (over) => {
    const { protocol, usualPort } = over;
    // TFTP has no URLs of its own: there a loader asks for paths below the root.
    const baseUrl = ({ localAddress, localPort }: SourceClient) =>
      protocol === "tftp" ? "" : `http://${localAddress}${localPort === usualPort ? "" : `:${localPort}`}`;
    const all = checkSource(filesThenImages(files, images.files(baseUrl)), checkFacts);
    return watched(scriptSource(all, over));
  };
}
