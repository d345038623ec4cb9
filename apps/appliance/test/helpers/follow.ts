import { decodePacket, decodePxeOptions, fieldText, optionValue } from "@bootlace/dhcp-core";

/** What a client ends up with. */
export type Booted =
  | { readonly kind: "nothing" }
  | { readonly kind: "file"; readonly file: string; readonly server: string }
  | { readonly kind: "menu"; readonly prompt: string; readonly timeout: number; readonly lines: readonly MenuLine[] };

interface MenuLine {
  readonly text: string;
  /** What the line leads to: local boot, other servers, or a file. */
  readonly leadsTo: string;
}

/** The replies of one server to one client, in hexadecimal; null is silence. */
export interface Answers {
  readonly offer: string | null;
  /** To a REQUEST on the PXE port without an item. */
  readonly ack: string | null;
  /** To a REQUEST for an item, by its type. */
  readonly items: Readonly<Record<string, string | null>>;
}

const bootFileNow = 8;

/**
 * What firmware makes of a server's answers (PXE 2.1 §2.2, edk2 UefiPxeBcDxe): the file of the offer, else the menu of the
 * offer or of the ACK, else the file of the ACK. A menu whose time is 0 is its first line. A Raspberry Pi looks for its
 * words.
 * @param self the server's own address, which an empty siaddr stands for
 */
export function follow(
  { offer, ack, items }: Answers,
  self: string,
  program: "firmware" | "ipxe" | "raspberry-pi" = "firmware",
): Booted {
  const first = read(offer);
  if (first === undefined) return { kind: "nothing" };
  if (program === "raspberry-pi") {
    const words = Buffer.from(offer ?? "", "hex").includes("Raspberry Pi Boot");
    return words ? { kind: "file", file: "its own", server: self } : { kind: "nothing" };
  }
  // iPXE asks on the PXE port only when the offer has neither a file with its server nor a menu (net/udp/dhcp.c).
  const complete = first.file !== "" && first.siaddr !== "0.0.0.0" && first.pxe?.bootMenu === undefined;
  if (program === "ipxe" && complete) return fileOf(first, self);
  if (first.http) return first.file === "" ? { kind: "nothing" } : { kind: "file", file: first.file, server: "" };
  if (first.file !== "" && ((first.pxe?.discoveryControl ?? 0) & bootFileNow) !== 0) return fileOf(first, self);
  const menu = first.pxe?.bootMenu === undefined ? read(ack) : first;
  if (menu?.pxe?.bootMenu === undefined)
    return menu === undefined || menu.file === "" ? { kind: "nothing" } : fileOf(menu, self);
  const { bootMenu, menuPrompt, bootServers = [] } = menu.pxe;
  const lines = bootMenu.map(({ type, text }): MenuLine => {
    const item = read(items[String(type)] ?? null);
    if (type === 0) return { text, leadsTo: "local boot" };
    if (item !== undefined && item.file !== "") {
      const { file, server } = fileOf(item, self);
      return { text, leadsTo: `${file} from ${server}` };
    }
    const servers = bootServers.find((row) => row.type === type)?.addresses ?? [];
    return { text, leadsTo: `type ${type} at ${servers.join(", ")}` };
  });
  const [line] = lines;
  const [, file, server] = /^(.*) from (.*)$/.exec(line?.leadsTo ?? "") ?? [];
  if (menuPrompt?.timeout === 0 && file !== undefined && server !== undefined) return { kind: "file", file, server };
  return { kind: "menu", prompt: menuPrompt?.text ?? "", timeout: menuPrompt?.timeout ?? 0, lines };
}

function fileOf({ file, siaddr }: { readonly file: string; readonly siaddr: string }, self: string) {
  return { kind: "file" as const, file, server: siaddr === "0.0.0.0" ? self : siaddr };
}

function read(hex: string | null) {
  if (hex === null) return undefined;
  const decoded = decodePacket(Buffer.from(hex, "hex"));
  if (!decoded.ok) throw new Error(decoded.fault.code);
  const { packet } = decoded;
  const vendor = packet.options.get(43);
  const pxe = vendor === undefined ? undefined : decodePxeOptions(vendor);
  return {
    siaddr: packet.siaddr,
    file: fieldText(packet.file) || (optionValue(packet, "bootFileName") ?? ""),
    http: optionValue(packet, "vendorClassIdentifier") === "HTTPClient",
    ...(pxe?.ok ? { pxe: pxe.value } : {}),
  };
}
