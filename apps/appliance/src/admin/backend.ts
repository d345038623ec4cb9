import type { ProblemCode } from "../api-model/problem-codes.ts";
import type {
  ApiBoot,
  ApiBoots,
  ApiClients,
  ApiConfig,
  ApiExplainRequest,
  ApiExplanation,
  ApiFetches,
  ApiFiles,
  ApiImage,
  ApiImages,
  ApiOneTimeBoot,
  ApiOneTimeBootRequest,
  ApiOneTimeBoots,
  ApiProblem,
  ApiReload,
  ApiStatus,
} from "../api-model/types.ts";
import type { ConfigFaultCode } from "../config/faults.ts";
import type { BootQuery } from "../history/history-store.ts";

/** Why a well-formed request fails. */
export type Refusal = Pick<ApiProblem, "status" | "title"> &
  Partial<Pick<ApiProblem, "detail" | "issues">> & {
    /** A one-time boot is refused with the code of a config fault. */
    readonly code: ProblemCode | ConfigFaultCode;
  };

export type Fulfilled<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

/** Everything the API requests from the appliance. */
export interface AdminBackend {
  status(): Promise<ApiStatus>;
  readiness(): { readonly ready: boolean; readonly reasons: readonly string[] };
  clients(): ApiClients;
  boots(query: BootQuery): Promise<Fulfilled<ApiBoots>>;
  boot(id: string): Promise<ApiBoot | undefined>;
  fetches(): ApiFetches;
  files(): ApiFiles;
  images(): ApiImages;
  image(id: string): ApiImage | undefined;
  config(): ApiConfig;
  explain(request: ApiExplainRequest): Fulfilled<ApiExplanation>;
  next(): ApiOneTimeBoots;
  setOneTimeBoot(request: ApiOneTimeBootRequest): Promise<Fulfilled<ApiOneTimeBoot>>;
  clearOneTimeBoot(mac: string): Promise<Fulfilled<undefined>>;
  reload(): Promise<ApiReload>;
}
