import {
  type Choose,
  contextOf,
  createProxyDhcp,
  type ProxyDhcp,
  type ProxyDhcpEvent,
  type ProxyDhcpOptions,
  type ServedInterface,
} from "@bootlace/proxy-dhcp";
import type { Config } from "../../config/schema.ts";
import { bindToDevice } from "../../os/bind-to-device.ts";
import { holderOf } from "../../os/port-holder.ts";
import type { Policy } from "../../policy/policy.ts";
import { noInterfaces, type Service } from "./service.ts";

export interface DhcpServiceDeps {
  readonly policy: Pick<Policy, "choose" | "isKnown">;
  readonly now: () => number;
  readonly onEvent: (event: ProxyDhcpEvent) => void;
  readonly create?: typeof createProxyDhcp | undefined;
}

/** The options of the responder for a config; {@link contextOf} turns them into the context in which `explain` decides. */
export function proxyOptions({ dhcp, subnets }: Config, choose: Choose): ProxyDhcpOptions {
  return {
    choose,
    mode: dhcp.mode,
    ports: { dhcp: dhcp.port, pxe: dhcp.pxePort, client: dhcp.clientPort },
    relays: dhcp.relays,
    clientSubnets: subnets,
    vendorClasses: dhcp.vendorClasses,
  };
}

/** The context in which a responder with this config decides on these interfaces. */
export function decisionContext(config: Config, choose: Choose, interfaces: readonly ServedInterface[]) {
  return contextOf(proxyOptions(config, choose), interfaces);
}

/** The proxyDHCP server as configured. It keeps no state, so it can be replaced at any time. */
export function dhcpService(first: Config, deps: DhcpServiceDeps): Service {
  let config = first;
  let served = noInterfaces;
  let proxy: ProxyDhcp | undefined;

  function create(): ProxyDhcp {
    const { policy, now, onEvent } = deps;
    return (deps.create ?? createProxyDhcp)({
      ...proxyOptions(config, policy.choose),
      interfaces: served,
      now,
      onEvent,
      isKnown: policy.isKnown,
      bindToDevice,
      holderOf,
    });
  }

  async function start(): Promise<void> {
    if (!config.dhcp.enabled) return;
    const next = create();
    await next.start();
    proxy = next;
  }

  async function stop(): Promise<void> {
    const last = proxy;
    proxy = undefined;
    await last?.stop();
  }

  return {
    name: "dhcp",
    independent: true,
    start,
    stop,
    async adopt(next, interfaces) {
      const same = (proxy !== undefined) === next.dhcp.enabled && socketsOf(next) === socketsOf(config);
      config = next;
      served = interfaces;
      if (!same) {
        await stop();
        await start();
        return;
      }
      const { relays = [], clientSubnets = [], vendorClasses = [] } = proxyOptions(next, deps.policy.choose);
      await proxy?.configure({ relays, clientSubnets, vendorClasses, interfaces });
    },
    async follow(interfaces) {
      served = interfaces;
      await proxy?.configure({ interfaces });
    },
    endpoints: () => (proxy?.addresses() ?? []).map(({ role, address, port }) => ({ service: role, address, port })),
  };
}

/** Equal for configs that need the same sockets. */
function socketsOf({ dhcp }: Config): string {
  return JSON.stringify([dhcp.mode, dhcp.port, dhcp.pxePort, dhcp.clientPort]);
}
