import type { Command } from "commander";
import type { Context } from "../context.ts";
import { withExamples } from "../options.ts";
import { defineAdd } from "./add.ts";
import { defineClear } from "./clear.ts";
import { defineEdit } from "./edit.ts";
import { defineExport } from "./export.ts";
import { defineImport } from "./import.ts";
import { defineList } from "./list.ts";
import { defineRemove } from "./remove.ts";
import { defineReorder } from "./reorder.ts";
import { defineReveal } from "./reveal.ts";
import { defineRotate } from "./rotate.ts";
import { defineDisable, defineEnable } from "./switch.ts";
import { defineTest } from "./test.ts";

export function define(command: Command, context: Context): void {
  command.description("Add, list, order, test, change and move the API keys of your providers.");
  for (const part of [
    defineAdd,
    defineList,
    defineRemove,
    defineReorder,
    defineTest,
    defineEnable,
    defineDisable,
    defineClear,
    defineEdit,
    defineRotate,
    defineReveal,
    defineImport,
    defineExport,
  ]) {
    part(command, context);
  }
  withExamples(command, "freellm keys add groq", "freellm keys list", "freellm keys reorder");
}
