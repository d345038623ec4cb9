/** One server-sent event. */
export interface ServerEvent {
  readonly id: string;
  readonly name: string;
  readonly data: string;
}

/** A part of an event stream: an event, or a comment between events. */
export type StreamPart = ServerEvent | { readonly comment: string };

/** Longer lines are not from Bootlace. */
const longestLine = 16 * 1024 * 1024;

/**
 * Reads server-sent events (WHATWG HTML §9.2.6).
 * @throws RangeError for a line longer than that
 */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamPart> {
  const decoder = new TextDecoder();
  let rest = "";
  let id = "";
  let name = "";
  let data: string[] = [];
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    if (rest.length > longestLine) throw new RangeError("a line of the event stream is too long");
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) yield { id, name: name === "" ? "message" : name, data: data.join("\n") };
        name = "";
        data = [];
      } else if (line.startsWith(":")) {
        yield { comment: line.slice(1).trimStart() };
      } else {
        const [, field = "", value = ""] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
        if (field === "data") data.push(value);
        else if (field === "event") name = value;
        else if (field === "id") id = value;
      }
    }
  }
}
