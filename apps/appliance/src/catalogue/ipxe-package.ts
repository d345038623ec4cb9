/** Where iPXE comes from, for people: the package, and what each suite of Debian has of it. */
export const ipxePackage =
  "the package ipxe (1.21.1 in Debian 13, 2.0 in unstable; that of Debian 12, of 2019, is the last resort)";
