/** Version of the appliance; a test keeps it equal to package.json, which a single binary does not carry. */
export const version = "0.1.0";
