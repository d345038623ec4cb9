/** The part of the npm package `tftp` that the tests use. */
declare module "tftp" {
  interface Client {
    get(remote: string, local: string, callback: (error?: Error & { code?: string }) => void): void;
  }
  export function createClient(options: { host: string; port: number; retries?: number; timeout?: number }): Client;
}
