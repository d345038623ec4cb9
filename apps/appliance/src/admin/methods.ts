/** Which methods each path of the API has (RFC 9110 §15.5.6 wants them named where a method is refused). */
export function createMethodTable() {
  const rows: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];
  return {
    /** @param url as the router takes it: `:name` is a parameter */
    add(url: string, methods: readonly string[]): void {
      const pattern = url.replace(/[.]/g, "\\.").replace(/:\w+/g, "[^/]+");
      rows.push({ pattern: new RegExp(`^${pattern}$`), methods });
    },
    /** Empty: there is no such path. */
    of(path: string): string[] {
      const found = rows.flatMap(({ pattern, methods }) => (pattern.test(path) ? methods : []));
      return [...new Set(found.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])))];
    },
  };
}
