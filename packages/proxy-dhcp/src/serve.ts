import type { ProxyDhcp, ProxyDhcpOptions } from "./options.ts";

export declare function createProxyDhcp(options: ProxyDhcpOptions): ProxyDhcp;
