import type { DhcpPacket } from "@bootlace/dhcp-core";
import type { HttpBootEvent } from "@bootlace/http-boot";
import type { Endpoint, ProxyDhcpEvent } from "@bootlace/proxy-dhcp";
import type { TftpEvent } from "@bootlace/tftp-serve";
import type { FileFacts } from "../catalogue/file-facts.ts";
import type { ImageRow } from "../catalogue/images.ts";

/** The headers of the programs in the boot folder, by path. */
export interface Programs {
  /** The PE machine. */
  readonly machines: ReadonlyMap<string, string>;
  readonly unsigned: ReadonlySet<string>;
}

/** Addresses of this machine, and those it deals with. */
export interface Network {
  /** All IPv4 addresses of this machine, served or not. */
  readonly addresses: readonly string[];
  /** MAC addresses of this machine, lower case with colons. */
  readonly macs: readonly string[];
  readonly served: readonly { readonly name: string; readonly address: string; readonly netmask: string }[];
  /** `subnets` of the configuration; empty: all. */
  readonly subnets: readonly string[];
  /** Addresses of the file servers that a rule names. */
  readonly fileServers: readonly string[];
  /** Names of the rules that give a URL and nothing to a machine that boots by PXE; without it, there is none. */
  readonly urlRules?: readonly string[];
  /** Ports on which files are served by HTTP here. */
  readonly httpPorts: readonly number[];
  /** TCP ports on which some program of this machine listens, where that is known. */
  readonly listening?: readonly number[];
}

/** - `down`: no answer. `refused`: its port is closed. `no-file`: it says so. `serves`: it begins to send the file. */
export type ServerResult = "down" | "refused" | "no-file" | "serves";

/** What the appliance itself reports. `time` is Unix time in milliseconds. */
export type OwnEvent =
  /** Time passes: about once a second, so that silence can be judged. */
  | { readonly type: "tick"; readonly time: number }
  /** The programs in the boot folder, with their machine and whether they are unsigned. Replaces the previous event. */
  | ({ readonly type: "programs"; readonly time: number } & Programs)
  /** The disc images of the images folder. Replaces the previous event. */
  | { readonly type: "images"; readonly time: number; readonly images: readonly ImageRow[] }
  /**
   * What a file of ours holds that a client asked for. `path` is the name it asked for, in plain form, and `root` the
   * client's own folder, from which it counts. Comes when the file is another than the last of this name there.
   */
  | {
      readonly type: "inspected";
      readonly time: number;
      readonly path: string;
      /** The client's address. */
      readonly client: string;
      readonly root?: string;
      readonly facts: FileFacts;
    }
  /** The folder below the root in which a client's names count; undefined: the root itself. Comes when it changes. */
  | { readonly type: "client-root"; readonly time: number; readonly client: string; readonly root: string | undefined }
  /** Where a file is that was requested but not found, as a path below the root: files of the same name, in plain form. */
  | { readonly type: "namesakes"; readonly time: number; readonly path: string; readonly found: readonly string[] }
  /** What a file server elsewhere answered when Bootlace asked it for a boot's file. */
  | {
      readonly type: "server-asked";
      readonly time: number;
      readonly boot: string;
      readonly server: string;
      readonly file: string;
      readonly result: ServerResult;
    }
  /** Where this machine is on the network, and what the configuration says of it. Replaces the earlier one. */
  | ({ readonly type: "network"; readonly time: number } & Network)
  /** Another server's broadcast reply to a client. */
  | { readonly type: "overheard"; readonly time: number; readonly source: Endpoint; readonly reply: DhcpPacket }
  /** Whether replies of other servers can be overheard from now on. */
  | { readonly type: "overhearing"; readonly time: number; readonly on: boolean; readonly code?: string }
  | { readonly type: "reloaded"; readonly time: number; readonly ok: boolean; readonly faults: readonly string[] };

/** Every event in one union, the only source of log, boot sessions, metrics and stream. */
export type ApplianceEvent =
  | { readonly kind: "dhcp"; readonly event: ProxyDhcpEvent }
  | { readonly kind: "tftp"; readonly event: TftpEvent }
  | { readonly kind: "http"; readonly event: HttpBootEvent }
  | { readonly kind: "appliance"; readonly event: OwnEvent };

/** When it happened: Unix time in milliseconds. */
export function timeOf({ event }: ApplianceEvent): number {
  return event.time;
}
