import { type BindFailure, ServerStartError } from "@bootlace/boot-source";
import { findPortHolder } from "../../os/port-holder.ts";
import { explainPortFailures, type PortFailure, protocolOf } from "../../os/privileges.ts";
import type { PartFailure } from "../order.ts";
import { ApplianceStartError } from "./service.ts";

/** All failures in one error for people, with the holders of the ports; a bug is returned unchanged. */
export async function toStartError(failures: readonly PartFailure[]): Promise<unknown> {
  const reasons: string[] = [];
  const ports: PortFailure[] = [];
  for (const { name, error } of failures) {
    if (error instanceof ServerStartError) {
      ports.push(...error.failures.map((failure) => portFailure(name, failure)));
    } else if (error instanceof ApplianceStartError) reasons.push(error.message);
    else return error;
  }
  if (ports.length > 0) reasons.push(explainPortFailures(await Promise.all(ports.map(withHolder))));
  return new ApplianceStartError(reasons.join("; "), { cause: failures[0]?.error });
}

/** Finds the holder of the port, for all services alike. */
function portFailure(service: string, { address, port, code, advice }: BindFailure): PortFailure {
  return { service, address, port, code, ...(advice === undefined ? {} : { advice }) };
}

/** The same failure with the holder of the port, where /proc shows it. */
export async function withHolder(failure: PortFailure): Promise<PortFailure> {
  if (failure.code !== "EADDRINUSE" || failure.holder !== undefined) return failure;
  const holder = await findPortHolder(failure.address, failure.port, protocolOf(failure.service));
  return holder === undefined ? failure : { ...failure, holder };
}
