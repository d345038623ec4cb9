import { kindOf } from "./option-error.ts";
import type { OpenResult, Source } from "./source.ts";

/**
 * Opens a file of a source, and looks at what the source gives: JavaScript lets a function end without a result.
 * @throws what the source throws, and an error that says what it gave instead of a result; a rejection where it answers later
 */
export function openSource<Client>(
  source: Source<Client>,
  name: string,
  client: Client,
): OpenResult | Promise<OpenResult> {
  const opened: unknown = source.open(name, client);
  return isPromiseLike(opened) ? Promise.resolve(opened).then(resultOf) : resultOf(opened);
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}

function resultOf(opened: unknown): OpenResult {
  const { ok, file, fault } = (opened ?? {}) as { ok?: unknown; file?: unknown; fault?: { reason?: unknown } | null };
  if (ok === false && typeof fault?.reason === "string") return opened as OpenResult;
  if (ok === true && isFile(file)) return opened as OpenResult;
  const instead = ok === true ? "a result without a file that has size, read() and close()" : kindOf(opened);
  throw new TypeError(`open() gave ${instead} instead of a result such as content() or notFound()`);
}

function isFile(file: unknown): boolean {
  const { size, read, close } = (file ?? {}) as { size?: unknown; read?: unknown; close?: unknown };
  return Number.isSafeInteger(size) && Number(size) >= 0 && typeof read === "function" && typeof close === "function";
}
