// Preloaded into a child: a call of the system that nobody expects to fail does, as a bug of ours would.
import { syncBuiltinESMExports } from "node:module";
import os from "node:os";

os.networkInterfaces = () => {
  throw new TypeError("a bug");
};
syncBuiltinESMExports();
