import type { z } from "zod";
import type * as images from "./image-schemas.ts";
import type * as schemas from "./schemas.ts";

export type ApiVerdict = z.output<typeof schemas.verdictSchema>;
export type ApiStep = z.output<typeof schemas.stepSchema>;
export type ApiTransfer = z.output<typeof schemas.transferSchema>;
export type ApiBootSummary = z.output<typeof schemas.bootSummarySchema>;
export type ApiBoot = z.output<typeof schemas.bootSchema>;
export type ApiBoots = z.output<typeof schemas.bootsSchema>;
export type ApiClient = z.output<typeof schemas.clientSchema>;
export type ApiClients = z.output<typeof schemas.clientsSchema>;
export type ApiFetch = z.output<typeof schemas.fetchSchema>;
export type ApiFetches = z.output<typeof schemas.fetchesSchema>;
export type ApiStatus = z.output<typeof schemas.statusSchema>;
export type ApiFiles = z.output<typeof schemas.filesSchema>;
export type ApiConfig = z.output<typeof schemas.configSchema>;
export type ApiExplainRequest = z.output<typeof schemas.explainRequestSchema>;
export type ApiExplanation = z.output<typeof schemas.explanationSchema>;
export type ApiOneTimeBootRequest = z.output<typeof schemas.oneTimeBootRequestSchema>;
export type ApiOneTimeBoot = z.output<typeof schemas.oneTimeBootSchema>;
export type ApiOneTimeBoots = z.output<typeof schemas.oneTimeBootsSchema>;
export type ApiReload = z.output<typeof schemas.reloadSchema>;
export type ApiImageSummary = z.output<typeof images.imageSummarySchema>;
export type ApiImages = z.output<typeof images.imagesSchema>;
export type ApiImage = z.output<typeof images.imageSchema>;
export type ApiProblem = z.output<typeof schemas.problemSchema>;
export type ApiLogEntry = z.output<typeof schemas.logEntrySchema>;

/** The data of one server-sent event, by its `event:` name. Its `id:` resumes the stream by Last-Event-ID. */
export interface ApiStreamEvents {
  /** A line of the log. */
  readonly log: ApiLogEntry;
  /** A boot began, went a step further or ended. */
  readonly boot: ApiBootSummary;
  /** A verdict was reached or changed. */
  readonly verdict: { readonly boot: ApiBootSummary; readonly verdict: ApiVerdict };
  /** Events between the id asked for and the next one are no longer kept. */
  readonly gap: { readonly missed: number | null };
}
