/** Changes of models, shown before they are made; and the question whether to make them. */
import type { ModelChange } from "../../core/command.ts";
import { usageError } from "../complaint.ts";
import type { Context } from "../context.ts";
import type { Output } from "../output.ts";

export interface ApplyOptions {
  yes?: true;
  dryRun?: true;
}

/** Facts that a person wants to see of a new model. */
const TOLD: readonly string[] = ["context", "status"];
const MARKS: Readonly<Record<ModelChange["kind"], "+" | "-" | "~">> = {
  new: "+",
  back: "+",
  gone: "-",
  changed: "~",
};

/** New models that are not used are only counted: there may be hundreds. */
export function printChanges(output: Output, changes: readonly ModelChange[]): void {
  const counted = changes.filter(({ kind, enabled }) => kind === "new" && !enabled);
  for (const change of changes) {
    if (!counted.includes(change))
      output.line(`  ${MARKS[change.kind]} ${change.model}  ${described(change)}`.trimEnd());
  }
  if (counted.length > 0) {
    output.line(`  + ${counted.length} more that are not used: not known to be free`);
  }
}

function described({ kind, facts, enabled }: ModelChange): string {
  if (kind === "gone") return enabled ? "gone; used all the same, because you enabled it" : "gone";
  if (kind === "changed")
    return facts.map(({ name, from, to }) => `${name}: ${from ?? "-"} -> ${to ?? "-"}`).join("; ");
  const told = facts.filter(({ name }) => TOLD.includes(name)).map(({ name, to }) => `${name} ${to}`);
  return [...told, enabled ? "used" : "not used"].join(", ");
}

/** Where nobody can be asked, the options must say what is wanted. */
export function checkApply(options: ApplyOptions, { interactive }: Context): void {
  if (interactive || options.yes === true || options.dryRun === true) return;
  throw usageError(
    "There is no terminal to confirm on.",
    "--yes applies the changes, --dry-run only shows them.",
  );
}

/** Whether to go on. */
export async function isAgreed(options: ApplyOptions): Promise<boolean> {
  if (options.dryRun === true) return false;
  if (options.yes === true) return true;
  const { confirm } = await import("@inquirer/prompts");
  return await confirm({ message: "Apply these changes?", default: true }, { output: process.stderr });
}
