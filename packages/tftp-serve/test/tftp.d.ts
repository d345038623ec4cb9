/** The part of the npm package `tftp` that the tests use; it brings no types. */
declare module "tftp" {
  export interface ClientOptions {
    readonly host: string;
    readonly port: number;
    readonly blockSize?: number;
    readonly windowSize?: number;
    readonly retries?: number;
    readonly timeout?: number;
  }

  export interface GetStream extends NodeJS.ReadableStream {
    on(event: "stats", listener: (stats: Stats) => void): this;
    on(event: string, listener: (...values: unknown[]) => void): this;
  }

  export interface Stats {
    readonly blockSize: number;
    readonly windowSize: number;
    readonly size: number | null;
  }

  export interface Client {
    createGetStream(file: string): GetStream;
    createPutStream(file: string, options: { readonly size: number }): NodeJS.WritableStream;
  }

  const tftp: { createClient(options: ClientOptions): Client };
  export default tftp;
}
