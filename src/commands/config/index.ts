import type { Command } from "commander";
import type { Context } from "../context.ts";
import { withExamples } from "../options.ts";
import { defineEdit } from "./edit.ts";
import { definePath } from "./path.ts";
import { defineSchema } from "./schema.ts";
import { defineShow } from "./show.ts";
import { defineValidate } from "./validate.ts";

export function define(command: Command, context: Context): void {
  command.description("The settings: which are in force and where each comes from.");
  for (const part of [defineShow, definePath, defineEdit, defineValidate, defineSchema])
    part(command, context);
  withExamples(command, "freellm config", "freellm config edit", "freellm config show --json");
}
