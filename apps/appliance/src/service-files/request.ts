/** What a service runs, and as which user. Packages and `bootlace install-service` create the same files from it. */
export interface ServiceRequest {
  /** The command without its arguments: the binary alone, or Node and its script. Absolute paths. */
  readonly command: readonly [program: string, ...words: string[]];
  /** The config file, an absolute path. */
  readonly config: string;
  /** The user it runs as. Absent: `bootlace`, which systemd creates while the service runs. */
  readonly user?: string;
  /** Folders it writes to, besides its own in /var/lib and /var/log. */
  readonly writable?: readonly string[];
  /** The token file of the API, an absolute path. */
  readonly tokenFile?: string;
  /** True when it needs files in a home folder. */
  readonly readsHomes?: boolean;
}

/** The default config file of a service. */
export const serviceConfig = "/etc/bootlace/bootlace.yaml";

/** The folder of a service's socket, and the socket. */
export const serviceRuntime = "/run/bootlace";
export const serviceSocket = `${serviceRuntime}/bootlace.sock`;

/** The first line of every service file, after the line that names its interpreter. */
export const serviceFileMark = "# Bootlace as a service, as bootlace install-service writes it.";
