/** Values of option 53 (IANA "DHCP Message Type 53 Values"). */
export const messageTypes = {
  DISCOVER: 1,
  OFFER: 2,
  REQUEST: 3,
  DECLINE: 4,
  ACK: 5,
  NAK: 6,
  RELEASE: 7,
  INFORM: 8,
  FORCERENEW: 9,
  LEASEQUERY: 10,
  LEASEUNASSIGNED: 11,
  LEASEUNKNOWN: 12,
  LEASEACTIVE: 13,
  BULKLEASEQUERY: 14,
  LEASEQUERYDONE: 15,
  ACTIVELEASEQUERY: 16,
  LEASEQUERYSTATUS: 17,
  TLS: 18,
} as const;

export type MessageTypeName = keyof typeof messageTypes;

const names = new Map(Object.entries(messageTypes).map(([name, code]) => [code as number, name as MessageTypeName]));

/** The name of a value of option 53, or `undefined` when IANA has none. */
export function messageTypeName(code: number): MessageTypeName | undefined {
  return names.get(code);
}
