/** Name and value of a TFTP option (RFC 2347), as they stand on the wire. */
export type OptionPair = readonly [name: string, value: string];
