import type { Command } from "commander";
import type { Context } from "../context.ts";
import { withExamples } from "../options.ts";
import { defineImport } from "./import.ts";
import { defineList } from "./list.ts";
import { definePin, defineUnpin } from "./pin.ts";
import { defineRefresh } from "./refresh.ts";
import { defineReorder } from "./reorder.ts";
import { defineDisable, defineEnable, defineReset } from "./switch.ts";

export function define(command: Command, context: Context): void {
  command.description("List the models of your providers and choose which are used, and in which order.");
  for (const part of [
    defineList,
    defineEnable,
    defineDisable,
    defineReset,
    defineReorder,
    definePin,
    defineUnpin,
    defineRefresh,
    defineImport,
  ]) {
    part(command, context);
  }
  withExamples(
    command,
    "freellm models",
    "freellm models list --free --tools",
    "freellm models disable mistral/mistral-small-latest",
    "freellm models refresh",
  );
}
