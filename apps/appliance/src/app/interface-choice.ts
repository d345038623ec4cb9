import type { Config } from "../config/schema.ts";
import {
  chooseInterfaces,
  explainNoInterface,
  type InterfaceChoice,
  interfaceRequest,
  type NetworkInterfaces,
} from "../net/interfaces.ts";
import { ApplianceStartError } from "./services/service.ts";

/** The interfaces to serve; throws an ApplianceStartError when the config names some and none of them can be served. */
export function choiceFor(config: Config, present: NetworkInterfaces): InterfaceChoice {
  const request = interfaceRequest(config);
  const next = chooseInterfaces(present, request);
  if (next.served.length > 0 || request.names.length === 0) return next;
  throw new ApplianceStartError(explainNoInterface(request.names, present, next.leftOut));
}
