/** A line of Bootlace's JSON log. */
export type LogRecord = Readonly<Record<string, unknown>>;
