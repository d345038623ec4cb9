import { check } from "./check.ts";
import type { Command } from "./command.ts";
import { completionCommand } from "./completion.ts";
import { explain } from "./explain.ts";
import { images } from "./images.ts";
import { importCommand } from "./import.ts";
import { initCommand } from "./init.ts";
import { installServiceCommand } from "./install-service.ts";
import { licensesCommand } from "./licenses.ts";
import { logs } from "./logs.ts";
import { next } from "./next.ts";
import { reload } from "./reload.ts";
import { schemaCommand } from "./schema.ts";
import { serve } from "./serve.ts";
import { status } from "./status.ts";
import { versionCommand } from "./version.ts";

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  initCommand(),
  serve,
  check,
  explain,
  status,
  logs,
  next,
  images,
  reload,
  importCommand,
  installServiceCommand,
  schemaCommand,
  completionCommand(() => commands),
  versionCommand,
  licensesCommand,
];
