/** What a service runs, and as whom. Packages and `bootlace install-service` make the same files of it. */
export interface ServiceRequest {
  /** The program, with what stands before its first word: the binary alone, or Node and its script. Absolute paths. */
  readonly command: readonly [program: string, ...words: string[]];
  /** The config file, an absolute path. */
  readonly config: string;
  /** The user it runs as. Absent: `bootlace`, which systemd makes for as long as the service runs. */
  readonly user?: string;
  /** Folders it writes to, besides its own in /var/lib and /var/log. */
  readonly writable?: readonly string[];
  /** The token file of the API, an absolute path. */
  readonly tokenFile?: string;
  /** True when something it needs lies in somebody's home. */
  readonly readsHomes?: boolean;
}

/** Where the config of a service lies when nobody says otherwise. */
export const serviceConfig = "/etc/bootlace/bootlace.yaml";

/** The first line of every file that is written here, after the line that names its interpreter. */
export const serviceFileMark = "# Bootlace as a service, as bootlace install-service writes it.";
