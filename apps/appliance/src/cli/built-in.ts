/**
 * The licences of everything in the bundle, put here by `packaging/`. Undefined
 * where Bootlace is installed as packages, each with its own licence file.
 */
export const builtInLicenses: string | undefined = undefined as string | undefined;
