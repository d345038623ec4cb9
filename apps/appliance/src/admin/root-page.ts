import { createHash } from "node:crypto";

const style =
  "body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}" +
  "code{font-size:.95em}";

/** The page has this one style and nothing else; no script, no picture, no form. */
export const rootPagePolicy =
  `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; ` +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What a browser gets that opens the address of the API: what this is, and where to go on. Says nothing of this machine. */
export function rootPage(version: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Bootlace</title>
<style>${style}</style>
<h1>Bootlace</h1>
<p>This is the administration API of Bootlace ${escaped(version)}, a network boot server. It serves no boot files.</p>
<ul>
<li><a href="/api/v1/status">/api/v1/status</a>: what runs, and the latest boots
<li><a href="/api/v1/boots">/api/v1/boots</a>: boots and their outcomes
<li><a href="/api/v1/openapi.json">/api/v1/openapi.json</a>: every operation, in OpenAPI
<li><a href="/metrics">/metrics</a>: figures for Prometheus
<li><a href="/healthz">/healthz</a>, <a href="/readyz">/readyz</a>: whether it is alive, and whether it serves
</ul>
<p>Where a token is set, requests need the header <code>Authorization: Bearer TOKEN</code>. On the machine itself,
<code>bootlace status</code> shows the same in a terminal.</p>
</html>
`;
}

/** For text between tags and in attributes (WHATWG HTML section 13.3). */
function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? "");
}

/** Whether the Accept header names HTML, as that of a browser does and that of curl does not (RFC 9110 section 12.5.1). */
export function wantsPage(accept: string | undefined): boolean {
  return /(?:^|,)\s*text\/html\s*(?:;|,|$)/i.test(accept ?? "");
}
