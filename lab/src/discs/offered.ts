import type { Bootlace } from "../bootlace.ts";
import { eventually, type Lab } from "../lab.ts";

/** What the log says of an image when it can be booted. */
export function readyImage(lab: Lab, bootlace: Bootlace, name: string): Promise<string> {
  return eventually(lab, `${name}.iso is offered`, 30, () => {
    const found = bootlace.records().find(({ event, id }) => event === "image.ready" && id === name);
    return found === undefined ? undefined : String(found.msg);
  });
}
