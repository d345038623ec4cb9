/** Code of an error of the operating system: "EADDRINUSE"; "UNKNOWN" for any other. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "UNKNOWN";
}
