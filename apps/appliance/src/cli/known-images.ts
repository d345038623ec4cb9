import type { ApiImages } from "../api-model/types.ts";
import { connectApi } from "./api-client.ts";
import type { Surroundings } from "./command.ts";

/** Names of the disc images of a running daemon, for completion; none without a daemon. */
export async function knownImages(surroundings: Surroundings): Promise<readonly string[]> {
  const api = connectApi({ options: new Map(), positionals: [] }, surroundings);
  const listed = api.ok ? await api.value.call<ApiImages>("GET", "/api/v1/images") : api;
  return listed.ok ? listed.value.images.map(({ id }) => id) : [];
}
