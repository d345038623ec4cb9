/** Whom a script is for. Each value is what the client said of itself. */
export interface ScriptIdentity {
  readonly mac?: string;
  readonly uuid?: string;
  readonly serial?: string;
}

/** What a script may have filled in. */
export interface ScriptValues extends ScriptIdentity {
  /** This server's address, as the client reached it. */
  readonly nextServer: string;
  /** The root of the files, by the protocol over which the script is fetched; no slash at the end. */
  readonly baseUrl: string;
}

const identityKeys = ["mac", "uuid", "serial"] as const;

/** Scripts are small; a larger file is none. */
export const longestScript = 256 * 1024;

/**
 * The name under which a client fetches a script, by TFTP or behind the slash of a URL: the file and, in the form of a
 * query, whom it is for. The proxy knows who asks; the file servers know an address only.
 */
export function scriptName(file: string, identity: ScriptIdentity): string {
  const pairs = identityKeys.flatMap((key) => {
    const value = identity[key];
    return value === undefined || !isPlain(value) ? [] : [`${key}=${value}`];
  });
  return pairs.length === 0 ? file : `${file}?${pairs.join("&")}`;
}

/** Reads a name made by {@link scriptName}; undefined for one that can be no script. */
export function readScriptName(name: string): { readonly file: string; readonly identity: ScriptIdentity } | undefined {
  const mark = name.lastIndexOf("?");
  const identity = mark === -1 ? undefined : readIdentity(name.slice(mark + 1));
  if (identity !== undefined) return { file: name.slice(0, mark), identity };
  return /\.ipxe$/i.test(name) ? { file: name, identity: {} } : undefined;
}

function readIdentity(query: string): ScriptIdentity | undefined {
  const identity: Partial<Record<(typeof identityKeys)[number], string>> = {};
  for (const pair of query.split("&")) {
    const [, key, sent = ""] = /^(mac|uuid|serial)=(.*)$/s.exec(pair) ?? [];
    if (key === undefined) continue;
    const value = sent.replace(/%3a/gi, ":");
    if (key === "mac" && /[/.]/.test(value)) return undefined;
    if (isPlain(value)) identity[key as keyof ScriptIdentity] = key === "mac" ? value.replaceAll("-", ":") : value;
  }
  return Object.keys(identity).length === 0 ? undefined : identity;
}

function isPlain(value: string): boolean {
  return /^[\w.:-]{1,64}$/.test(value);
}

/** True for text that iPXE takes for a script and in which something is to be filled in. */
export function isScriptTemplate(text: string): boolean {
  return /^#!(?:ipxe|gpxe)\b/.test(text) && text.includes("{{");
}

/**
 * Fills in `{{mac}}`, `{{uuid}}`, `{{serial}}`, `{{next_server}}` and `{{base_url}}`. What this client did not send
 * becomes iPXE's own setting of that name, which iPXE fills in itself. Other names stay as they are. Values are
 * percent-encoded: none can end a word, a command or a line.
 */
export function renderScript(text: string, values: ScriptValues): string {
  return text.replaceAll(/\{\{\s*(mac|uuid|serial|next_server|base_url)\s*\}\}/g, (_all, name: string) => {
    switch (name) {
      case "next_server":
        return escapeValue(values.nextServer);
      case "base_url":
        return escapeValue(values.baseUrl);
      default: {
        const value = values[name as keyof ScriptIdentity];
        return value === undefined ? `\${${name}}` : escapeValue(value);
      }
    }
  });
}

function escapeValue(value: string): string {
  return encodeURIComponent(value.replace(/\p{Cs}/gu, "\ufffd"))
    .replace(/%3A|%2F/g, decodeURIComponent)
    .replace(/[!'()*]/g, (sign) => {
      return `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
    });
}
