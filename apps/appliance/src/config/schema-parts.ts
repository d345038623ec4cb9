import { z } from "zod";
import type { Problem } from "./faults.ts";

/** A text that passes a check of values.ts. */
export function text(check: (value: string) => Problem | undefined) {
  return z.string().superRefine((value, context) => {
    const problem = check(value);
    if (problem !== undefined) {
      context.addIssue({ code: "custom", message: problem.problem, params: { ...problem }, input: value });
    }
  });
}

/** A whole number; both limits are allowed. */
export function whole(minimum: number, maximum: number) {
  return z.int().min(minimum).max(maximum);
}

/** A number that may have a fraction; both limits are allowed. */
export function decimal(minimum: number, maximum: number) {
  return z.number().min(minimum).max(maximum);
}

/** One value or a list of them; read as a list. */
export function oneOrMany<T extends z.ZodType>(item: T) {
  return z.union([item, z.array(item)]).transform((value): z.output<T>[] => (Array.isArray(value) ? value : [value]));
}

export const port = () => whole(1, 65535);
