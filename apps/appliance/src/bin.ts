#!/usr/bin/env node
import { exitCodes } from "./os/exit-codes.ts";
import { nodeProblem } from "./os/node-version.ts";

// What `npm install -g` links. The rest is loaded after the look at Node.js: an old one would stop at the first module
// or name that it does not know, with words about that.
const problem = nodeProblem(process.versions.node);
if (problem === undefined) void import("./main.ts");
else {
  process.stderr.write(`bootlace: ${problem} (this one is ${process.execPath})\n`);
  process.exitCode = exitCodes.start;
}
