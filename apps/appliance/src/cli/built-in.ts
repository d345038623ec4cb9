/**
 * What the bundle holds and the packages do not: `packaging/` puts the licences of everything in it here. Undefined
 * where Bootlace is installed as packages, each with its licence beside it.
 */
export const builtInLicenses: string | undefined = undefined as string | undefined;
