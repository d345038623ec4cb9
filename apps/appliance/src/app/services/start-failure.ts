import { type BindFailure, ServerStartError } from "@bootlace/boot-source";
import { explainPortFailures, type PortFailure } from "../../os/privileges.ts";
import type { PartFailure } from "../order.ts";
import { ApplianceStartError } from "./service.ts";

/** All failures in one error for people; a bug is returned unchanged. */
export function toStartError(failures: readonly PartFailure[]): unknown {
  const reasons: string[] = [];
  const ports: PortFailure[] = [];
  for (const { name, error } of failures) {
    if (error instanceof ServerStartError) {
      ports.push(...error.failures.map((failure) => portFailure(name, failure)));
    } else if (error instanceof ApplianceStartError) reasons.push(error.message);
    else return error;
  }
  if (ports.length > 0) reasons.push(explainPortFailures(ports));
  return new ApplianceStartError(reasons.join("; "), { cause: failures[0]?.error });
}

function portFailure(service: string, { protocol: _, ...failure }: BindFailure): PortFailure {
  return { service, ...failure };
}
