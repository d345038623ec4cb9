/** A scenario did not go as it must. The message is written for the person who reads the report. */
export class LabFailure extends Error {
  override readonly name = "LabFailure";
}

/** A file or program of a Debian package is not on this machine. Never a reason to skip. */
export class MissingPackage extends LabFailure {
  readonly packageName: string;

  constructor(path: string, packageName: string, fix = `apt-get install ${packageName}, or run lab/install`) {
    super(`${path} is missing: ${fix}`);
    this.packageName = packageName;
  }
}

/** Throws a LabFailure with `message` unless the condition holds. */
export function must(condition: boolean, message: string): asserts condition {
  if (!condition) throw new LabFailure(message);
}
