/** Every verdict, with what it means in a few words. docs/verdicts.md has a section on each. */
export const verdicts = {
  B01: { severity: "failure", title: "no DHCP server seems to reply to the client" },
  B02: { severity: "failure", title: "the DHCP server claims to be the PXE server" },
  B03: { severity: "failure", title: "the DHCP server's own boot file wins" },
  B04: { severity: "failure", title: "the client never asked on the PXE port" },
  B05: { severity: "failure", title: "our reply from the PXE port does not reach the client" },
  B06: { severity: "failure", title: "the client knows its boot file and does not request it" },
  B07: { severity: "info", title: "the client requested the size of a file first" },
  B08: { severity: "failure", title: "our TFTP replies do not reach the client" },
  B09: { severity: "failure", title: "large packets are lost" },
  B10: { severity: "failure", title: "a file that the client needs is missing" },
  B11: { severity: "info", title: "the client tried names that do not exist, and continued" },
  B12: { severity: "failure", title: "the boot file arrived and did not run" },
  B13: { severity: "failure", title: "a boot program loads itself in a loop" },
  B14: { severity: "failure", title: "the firmware does not fetch its URL" },
  B15: { severity: "failure", title: "the Raspberry Pi does not accept the offer" },
  B16: { severity: "warning", title: "a second proxyDHCP server is on the network" },
  B17: { severity: "failure", title: "the config keeps the boot file from the client" },
  B18: { severity: "failure", title: "the DHCP server assigns an address that a boot server uses" },
  B19: { severity: "failure", title: "the client accepts neither of two offers" },
  B20: { severity: "failure", title: "a transfer broke off and was not retried" },
  B21: { severity: "failure", title: "a file does not contain what its loader needs" },
  B22: { severity: "failure", title: "another file server does not serve the file" },
  B23: { severity: "failure", title: "the client runs a program that needs another kind of server" },
  B24: { severity: "failure", title: "the system of a disc image stopped fetching its root" },
  B25: { severity: "failure", title: "the system of a disc image never asked for its root" },
  B26: { severity: "failure", title: "a disc image changed during the boot" },
  booted: { severity: "success", title: "the operating system was seen" },
  delivered: { severity: "success", title: "the client got everything that it requested" },
  checked: { severity: "info", title: "the client reached the boot check: network boot works" },
  unanswered: { severity: "info", title: "Bootlace sent no reply, and says why" },
  unclear: { severity: "info", title: "the trail ends, and no cause is visible" },
} as const satisfies Readonly<Record<string, { readonly severity: Severity; readonly title: string }>>;

/** `info` is no fault: a size probe, a search for a configuration. */
export const severities = ["failure", "warning", "info", "success"] as const;
export type Severity = (typeof severities)[number];

export type VerdictId = keyof typeof verdicts;
export const verdictIds = Object.keys(verdicts) as [VerdictId, ...VerdictId[]];

/**
 * - `certain`: a packet proves it.
 * - `likely`: this is what such a trail nearly always means.
 * - `guess`: the trail fits, and other causes would leave the same one.
 */
export const confidences = ["certain", "likely", "guess"] as const;
export type Confidence = (typeof confidences)[number];
