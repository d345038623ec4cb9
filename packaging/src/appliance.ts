import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";

/** The program as packages install it, and its config. */
export const program = "/usr/bin/bootlace";
export const configFile = "/etc/bootlace/bootlace.yaml";

/** Output of the built appliance, from which packages are made. */
export interface Appliance {
  readonly version: string;
  /** The output of one command. */
  says(...words: string[]): string;
  /** The service file for an init system, independent of the build machine. */
  service(manager: "systemd" | "openrc", ...more: string[]): string;
}

/** Runs a bundle for its output. */
export function applianceOf(bundle: string): Appliance {
  const says = (...words: string[]) =>
    execFileSync(process.execPath, [bundle, ...words], { cwd: tmpdir(), encoding: "utf8", env: {} });
  const { version } = JSON.parse(says("version", "--json")) as { version: string };
  return {
    version,
    says,
    service: (manager, ...more) => {
      const places = ["--exec", program, "--config", configFile, "--root", "/nonexistent"];
      return says("install-service", "--print", `--${manager}`, ...places, ...more);
    },
  };
}
