/** Where a request would go that is not sent, told to a person. */
import type { PlanView } from "../../core/command/explain.ts";
import { sanitize } from "../../core/vault/sanitize.ts";
import type { Output } from "../output.ts";
import { printVerdicts, untilText } from "./verdicts.ts";

/** Without `--full`, those before the one that would be called, and the next ones. */
const SHOWN = 8;

export function printPlan(output: Output, plan: PlanView, full: boolean): void {
  const { model, target, why, retryAt, verdicts, at, strategy, tokens } = plan;
  const where =
    target === null
      ? `A request for ${model} would get no answer now: ${why}${retryAt === null ? "" : `; one is free again ${untilText(retryAt, at)}`}.`
      : `A request for ${model} would go to ${target.model} with ${target.keyId}.`;
  output.prose(output.paint.bold(sanitize(where)));
  const order = strategy === "priority" ? "your order of models" : `the strategy ${strategy}`;
  output.prose(
    `  of ${tokens.input} tokens, up to ${tokens.output} of answer; ${verdicts.length} candidates by ${order}`,
  );
  if (verdicts.length === 0) return;
  output.line();
  const reached = verdicts.findIndex(({ usable }) => usable);
  const shown = full ? verdicts : verdicts.slice(0, Math.max(SHOWN, Math.min(reached + 3, 2 * SHOWN)));
  printVerdicts(output, shown, at);
  const more = verdicts.length - shown.length;
  if (more > 0) output.note(`${more} more candidates: --full lists them`);
}
