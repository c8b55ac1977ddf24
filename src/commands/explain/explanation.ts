/** A decision of the past, told to a person. */
import type {
  ChoiceView,
  ExplainedStep,
  ExplanationView,
  FailureView,
  PassedView,
  ReplayView,
} from "../../core/command/explain.ts";
import { othersInWords } from "../../core/route/reasons.ts";
import { sanitize } from "../../core/vault/sanitize.ts";
import { duration } from "../moment.ts";
import type { Output } from "../output.ts";
import { printVerdicts, untilText } from "./verdicts.ts";

export function printExplanation(output: Output, explanation: ExplanationView): void {
  const { steps, notes, verdicts, replay } = explanation;
  const line = (text: string): void => output.prose(sanitize(text));
  output.prose(output.paint.bold(sanitize(headline(explanation))));
  for (const text of facts(explanation)) line(`  ${text}`);
  output.line();
  let call = 0;
  for (const [index, step] of steps.entries()) {
    if (explanation.omitted > 0 && index === steps.length - 1)
      line(`   ... ${explanation.omitted} more steps ...`);
    if (step.type === "call") call++;
    for (const text of stepLines(step, call, explanation)) line(text);
  }
  if (verdicts !== null) {
    output.line();
    line("Every candidate when it was first decided:");
    printVerdicts(output, verdicts, explanation.at);
  }
  if (replay !== null) {
    output.line();
    for (const text of replayLines(replay)) line(text);
  }
  for (const note of notes) output.note(note);
}

const NOT_FOUND = 404;

function headline({ id, outcome, servedBy, status, models, steps }: ExplanationView): string {
  const place = servedBy === null ? "" : `${servedBy.model} with ${servedBy.keyId}`;
  switch (outcome) {
    case "ok":
      return `${id} was served by ${place}.`;
    case "broken":
      return `${id} was answered by ${place}, and the answer broke off.`;
    case "client_gone":
      return `${id}: the client left before its answer was complete.`;
    case "failed":
      if (status === NOT_FOUND && steps.length === 0)
        return `${id} got no answer (HTTP ${status}): there is no model ${models.join(", ")}.`;
      return `${id} got no answer (HTTP ${status}) for ${models.join(", ")}.`;
  }
}

function facts(explanation: ExplanationView): string[] {
  const { at, surface, models, needs, tokens, strategy, bound, usage, durationMs, firstContentMs } =
    explanation;
  const wants = Object.entries(needs ?? {}).flatMap(([name, wanted]) => (wanted ? (NEEDS[name] ?? []) : []));
  const with_ = wants.length === 0 ? "" : ` with ${wants.join(", ")}`;
  const lines = [`asked     ${new Date(at).toISOString()} for ${models.join(", ")}${with_}, by ${surface}`];
  if (tokens !== null) {
    const order = strategy === "priority" ? "your order of models" : `the strategy ${strategy}`;
    lines.push(
      `estimated ${tokens.input} tokens of prompt, up to ${tokens.output} of answer; chosen by ${order}`,
    );
  }
  if (bound !== null)
    lines.push(`its conversation was on ${bound.model} with ${bound.keyId}, which goes first`);
  if (durationMs !== null) {
    const first = firstContentMs === null ? "" : `, first words after ${time(firstContentMs)}`;
    const counted = usage === null ? "" : `; ${usage.inputTokens} tokens in, ${usage.outputTokens} out`;
    lines.push(`took      ${time(durationMs)}${first}${counted}`);
  }
  return lines;
}

const NEEDS: Readonly<Record<string, string>> = {
  tools: "tools",
  vision: "an image",
  jsonSchema: "a JSON schema",
  private: "privacy",
};

function stepLines(step: ExplainedStep, call: number, { at, strategy }: ExplanationView): string[] {
  switch (step.type) {
    case "wait": {
      const waited = step.durationMs === null ? "until the client left" : `for ${time(step.durationMs)}`;
      return [` -- waited ${waited}: the first candidate was free again ${untilText(step.until, step.at)}`];
    }
    case "count":
      return [` -- the prompt was counted, as its estimate left open where it fits: ${step.tokens} tokens`];
    case "break":
      return [
        ` -- the answer of ${step.model} with ${step.keyId} broke off: ${step.failure.meaning}`,
        ...failureLines(step.failure, step.at, false),
        "    what follows went on with it",
      ];
    case "end": {
      const again = step.retryAt === null ? "" : `; ${untilText(step.retryAt, step.at)} one is free again`;
      return [` -- nothing was left: ${step.why}${again}`, ...passedLines(step.passed, step.others, step.at)];
    }
    case "call": {
      const { keyId, model, durationMs, failure, reserved, score } = step;
      const took = durationMs === null ? "" : ` after ${time(durationMs)}`;
      const beside = step.isDouble ? ", beside the slow call before it," : "";
      const outcome =
        failure === null
          ? durationMs === null
            ? "was not waited for"
            : `answered${took}`
          : `failed${took}: ${failure.meaning}`;
      const value = score === null || strategy === null ? "" : `, score ${score.toFixed(3)}`;
      const taken = reserved.tokens === 0 ? "" : ` (${reserved.tokens} tokens reserved${value})`;
      return [
        ...passedLines(step.passed, step.others, step.at),
        ` ${String(call).padStart(2)} ${model} with ${keyId}${beside} ${outcome}${taken}`,
        ...(failure === null ? [] : failureLines(failure, at, true)),
      ];
    }
  }
}

function passedLines(passed: readonly PassedView[], others: Record<string, number>, at: number): string[] {
  // What had failed is told where it failed.
  const lines = passed.filter(hasNotFailed).map(({ keyId, model, why, until }) => {
    return `    not ${model} with ${keyId}: ${why}${until === null ? "" : `; free ${untilText(until, at)}`}`;
  });
  const { tried: _, ...rest } = others;
  const further = othersInWords(rest);
  return further === "" ? lines : [...lines, `    nor further ones: ${further}`];
}

function hasNotFailed({ reason }: PassedView): boolean {
  return reason !== "tried";
}

function failureLines(failure: FailureView, at: number, follows: boolean): string[] {
  const { rule, status, message, until, followed, remedy } = failure;
  const facts = [
    ...(status === null ? [] : [`HTTP ${status}`]),
    ...(rule === "" ? [] : [`read so by the rule ${rule}`]),
  ];
  const stated = until === null ? [] : [`it said to come back ${untilText(until, at)}`];
  const told = [...(facts.length === 0 ? [] : [facts.join(", ")]), ...stated].join("; ");
  return [
    ...(told === "" ? [] : [`    ${told}`]),
    ...(message === null ? [] : [`    "${message}"`]),
    ...(follows ? [`    ${followed}`] : []),
    ...(remedy === null ? [] : [`    to do: ${remedy}`]),
  ];
}

function replayLines({ whatIf, agrees, problem, decisions }: ReplayView): string[] {
  if (problem !== null) return [`It cannot be decided again. ${problem}`];
  const count = decisions.length === 1 ? "The decision was" : `${decisions.length} decisions were`;
  if (whatIf === null && agrees) return [`${count} made again, and came out the same, bit for bit.`];
  const other = decisions.find((decision) => !decision.agrees);
  if (other === undefined) return [`With ${whatIf} nothing would have been different.`];
  const head = whatIf === null ? "Decided again, it comes out otherwise:" : `With ${whatIf}:`;
  const place = decisions.length === 1 ? "" : `decision ${decisions.length}: `;
  return [
    head,
    `  ${place}it went to ${choice(other.recorded)}, and would have gone to ${choice(other.decided)}`,
  ];
}

function choice({ keyId, model, tokens, score }: ChoiceView): string {
  if (keyId === null) return "nobody";
  return `${model} with ${keyId} (${tokens} tokens reserved${score === null ? "" : `, score ${score.toFixed(3)}`})`;
}

function time(milliseconds: number): string {
  return milliseconds < 10_000 ? `${Math.round(milliseconds)} ms` : duration(milliseconds);
}
