import { quote } from "@bootlace/dhcp-core";
import { linkLoop } from "../catalogue/reasons/files.ts";
import { fixOf, type Reason, textOf } from "../catalogue/reasons/reason.ts";
import { detailText, reasons } from "../catalogue/reasons/table.ts";
import { realPath } from "./real-path.ts";
import type { FileFact } from "./step.ts";

/** What the words about an unserved file rest on. */
export interface NotServed extends Pick<FileFact, "protocol" | "outcome" | "file" | "reason" | "detail"> {
  /** The client's own folder, from which the name counts. */
  readonly root?: string;
}

/** That part of a file step. */
export function notServedOf(
  { protocol, outcome, file, reason, detail }: FileFact,
  root: string | undefined,
): NotServed {
  return {
    protocol,
    outcome,
    file,
    ...(reason === undefined ? {} : { reason }),
    ...(detail === undefined ? {} : { detail }),
    ...(root === undefined ? {} : { root }),
  };
}

/** Where below the root it would have to lie. */
export function placeOf({ file, root }: NotServed): string {
  return realPath(file, root);
}

type Rows = Readonly<Record<string, Reason>>;

const tables: Readonly<Record<FileFact["protocol"], Partial<Readonly<Record<FileFact["outcome"], Rows>>>>> = {
  tftp: {
    "not-found": reasons["tftp-not-found"],
    refused: reasons["tftp-refused"],
    aborted: reasons["tftp-aborted"],
  },
  http: { "not-found": reasons["http-refused"], refused: reasons["http-refused"], aborted: reasons["http-aborted"] },
};

/** The name is a symbolic link that leads in a circle. */
export function isLinkLoop({ reason, detail }: Pick<FileFact, "reason" | "detail">): boolean {
  return reason === "missing" && detail === "ELOOP";
}

/** Nothing is there under this name. */
export function isAbsent(step: Pick<FileFact, "reason" | "detail">): boolean {
  return step.reason === "missing" && !isLinkLoop(step);
}

/** The row of the reason for which a file request did not end with the file. */
export function reasonOf(step: NotServed): Reason | undefined {
  const { protocol, outcome, reason } = step;
  if (isLinkLoop(step)) return linkLoop;
  return reason === undefined ? undefined : tables[protocol][outcome]?.[reason];
}

/** Why the file did not come whole, for people; it goes on from "was", where the file was not found. */
export function whyNot(step: NotServed): string {
  const row = reasonOf(step);
  return `${row === undefined ? "unknown" : textOf(row)}${isLinkLoop(step) ? "" : detailText(step.detail)}`;
}

export function fixFor(step: NotServed): string | undefined {
  const row = reasonOf(step);
  return row === undefined ? undefined : fixOf(row, { file: quote(placeOf(step)) });
}
