declare module "tftp" {
  interface Client {
    get(remote: string, local: string, done: (error?: Error) => void): void;
  }
  const tftp: {
    createClient(options: { host: string; blockSize: number; windowSize: number }): Client;
  };
  export default tftp;
}
