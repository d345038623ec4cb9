import { check } from "./check.ts";
import type { Command } from "./command.ts";
import { explain } from "./explain.ts";
import { importCommand } from "./import.ts";
import { schemaCommand } from "./schema.ts";
import { serve } from "./serve.ts";
import { versionCommand } from "./version.ts";

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [serve, check, explain, importCommand, schemaCommand, versionCommand];
