import type { FastifyReply } from "fastify";
import type { z } from "zod";
import { inertJson } from "../log/inert.ts";
import type { Refusal } from "./backend.ts";
import { issueText } from "./issues.ts";

/** Of every response, also to a request that was not understood. */
export const safeHeaders = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};

type Issues = NonNullable<Refusal["issues"]>;
type Part<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issues: Issues };

export const nothing = { ok: true, value: undefined } as const;

/** @param known errors found already: the schema is skipped then */
export function readPart<T extends z.ZodType>(schema: T, part: unknown, known: Issues = []): Part<z.output<T>> {
  if (known.length > 0) return { ok: false, issues: known };
  const read = schema.safeParse(part, { error: issueText });
  if (read.success) return { ok: true, value: read.data };
  return {
    ok: false,
    issues: read.error.issues.map(({ path, message }) => ({ path: path.map(String).join("."), message })),
  };
}

export function refuseInvalid(reply: FastifyReply, issues: Issues): FastifyReply {
  return refuse(reply, { status: 400, code: "invalid", title: "Invalid request", issues });
}

export function refuseUnread(
  reply: FastifyReply,
  error: { statusCode?: number | undefined; message: string },
): FastifyReply {
  const refusal = {
    status: error.statusCode ?? 400,
    code: "bad-request",
    title: "Unreadable request",
  } as const;
  return refuse(reply, { ...refusal, detail: error.message });
}

export function json(reply: FastifyReply, value: unknown): FastifyReply {
  return reply.type("application/json; charset=utf-8").send(inertJson(JSON.stringify(value)));
}

/** RFC 9457. */
export function refuse(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const problem = { type: "about:blank", ...refusal };
  return reply
    .code(refusal.status)
    .type("application/problem+json; charset=utf-8")
    .send(inertJson(JSON.stringify(problem)));
}
