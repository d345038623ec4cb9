/** The methods of each path of the API, listed in a 405 response (RFC 9110 §15.5.6). */
export function createMethodTable() {
  const rows: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];
  return {
    /** @param url in the router's form: `:name` is a parameter */
    add(url: string, methods: readonly string[]): void {
      const pattern = url.replace(/[.]/g, "\\.").replace(/:\w+/g, "[^/]+");
      rows.push({ pattern: new RegExp(`^${pattern}$`), methods });
    },
    /** Empty for an unknown path. */
    of(path: string): string[] {
      const found = rows.flatMap(({ pattern, methods }) => (pattern.test(path) ? methods : []));
      return [...new Set(found.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])))];
    },
  };
}
