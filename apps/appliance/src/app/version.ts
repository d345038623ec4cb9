/** Version of the appliance; a test keeps it equal to package.json, which the single-file program does not contain. */
export const version = "0.1.0";
