/** Why a request went where it went: its calls one by one, who was left alone before each, and every candidate. */
import { outcomeMeaning } from "../../core/chat/failure.ts";
import type { ExplainedStep, ExplanationView, VerdictView } from "../../core/command/explain.ts";
import type { AttemptRecord, KeyId, ModelKey, RequestRecord } from "../../core/route/event.ts";
import { othersInWords } from "../../core/route/reasons.ts";
import { compact, countdown, latency } from "../format.ts";
import { cell, type Line, span, type Tone, widthOf } from "../line.ts";
import { wrap } from "../text.ts";
import type { PaneInput } from "./pane.ts";

/** As the server explains it; until it has, and where it cannot, what the request itself tells. */
export function whyLines(input: PaneInput, record: RequestRecord, width: number): Line[] {
  const explained = input.data.explained.get(record.id);
  if (explained?.state === "known") return explanationLines(input, explained.explanation, width);
  const more =
    explained === undefined
      ? []
      : [
          [],
          explained.state === "asking"
            ? [span("asking the server about the other candidates ...", "dim")]
            : [span(explained.reason, "dim")],
        ];
  return [...recordLines(input, record, width), ...more];
}

function recordLines(input: PaneInput, record: RequestRecord, width: number): Line[] {
  const { attempts, outcome, status } = record;
  if (attempts.length === 0) {
    const why = status === 404 ? `there is no model ${record.model}` : "nothing could be tried";
    return [[span(why, "dim")]];
  }
  const lines = attempts.flatMap((attempt, index) => attemptLines(attempt, index, record, input, width));
  if (outcome !== "failed") return lines;
  return [...lines, [span(`${attempts.length + 1}. `, "dim"), span("nothing usable was left to try", "bad")]];
}

function attemptLines(
  attempt: AttemptRecord,
  index: number,
  { outcome }: RequestRecord,
  input: PaneInput,
  width: number,
): Line[] {
  const { keyId, provider, model } = attempt;
  const reason = index === 0 ? "the first choice that was ready" : "the next that was ready";
  const failure =
    attempt.outcome === "ok"
      ? null
      : {
          ...{ meaning: outcomeMeaning(attempt.outcome), status: attempt.status, rule: attempt.rule ?? "" },
          message: attempt.message,
        };
  return [
    ...beside(place(index + 1, keyId, `${provider}/${model}`, input), [span(reason, "dim")], width),
    ...outcomeLines(failure, attempt.durationMs, outcome === "broken", input, width),
  ];
}

function place(number: number, keyId: KeyId, model: ModelKey, { glyphs }: PaneInput): Line {
  return [span(`${number}. `, "dim"), span(`${keyId} ${glyphs.dot} ${model}`)];
}

/** On one line, or `right` on lines of its own below. */
function beside(left: Line, right: Line, width: number): Line[] {
  const [first] = left;
  const isShort = widthOf(left) + 2 + widthOf(right) <= width;
  if (isShort) return [[...left, span("  "), ...right]];
  const indent = first === undefined ? 0 : widthOf([first]);
  const { tone = "plain" } = right[0] ?? {};
  const text = right.map((one) => one.text).join("");
  const below = wrap(text, Math.max(10, width - indent));
  return [left, ...below.map((line): Line => [span(" ".repeat(indent)), span(line, tone)])];
}

interface Failed {
  meaning: string;
  status: number | null;
  rule: string;
  message: string | null;
  followed?: string;
  remedy?: string | null;
}

function outcomeLines(
  failure: Failed | null,
  durationMs: number | null,
  brokeOff: boolean,
  { glyphs }: PaneInput,
  width: number,
): Line[] {
  if (failure === null) {
    const what =
      durationMs === null ? "it was not waited for" : `it answered${brokeOff ? ", then broke off" : ""}`;
    return [[span("   "), span(durationMs === null ? glyphs.none : glyphs.yes, "good"), span(` ${what}`)]];
  }
  const { meaning, status, rule, message, followed, remedy = null } = failure;
  const after = durationMs === null ? "" : ` after ${latency(durationMs)}`;
  const by = rule === "" ? "" : `, by the rule ${rule}`;
  const head = `${meaning}${status === null ? "" : ` (${status})`}${after}${by}`;
  const told = (text: string, tone: Tone): Line[] =>
    wrap(text, Math.max(10, width - 5)).map((line): Line => [span("     "), span(line, tone)]);
  return [
    ...wrap(head, Math.max(10, width - 5)).map(
      (line, index): Line => [
        span("   "),
        span(index === 0 ? glyphs.no : " ", "warn"),
        span(` ${line}`, "warn"),
      ],
    ),
    ...(message === null ? [] : told(message, "dim")),
    ...(followed === undefined ? [] : told(followed, "dim")),
    ...(remedy === null ? [] : told(`to do: ${remedy}`, "accent")),
  ];
}

function explanationLines(input: PaneInput, explanation: ExplanationView, width: number): Line[] {
  const { steps, strategy, bound, omitted, verdicts, notes, status, models, at } = explanation;
  const lines: Line[] = [];
  const { dot } = input.glyphs;
  if (strategy !== null) {
    const order = strategy === "priority" ? "your order of models" : `the strategy ${strategy}`;
    lines.push([span(`chosen by ${order}`, "dim")]);
  }
  if (bound !== null)
    lines.push([
      span(`its conversation was on ${bound.keyId} ${dot} ${bound.model}, which goes first`, "dim"),
    ]);
  if (steps.length === 0) {
    const why = status === 404 ? `there is no model ${models.join(", ")}` : "nothing was decided";
    lines.push([span(why, "dim")]);
  }
  let call = 0;
  for (const [index, step] of steps.entries()) {
    if (omitted > 0 && index === steps.length - 1) lines.push([span(`... ${omitted} more steps ...`, "dim")]);
    if (step.type === "call") call++;
    lines.push(...stepLines(input, step, call, width));
  }
  if (verdicts !== null && verdicts.length > 0) {
    lines.push([], [span("every candidate when it was first decided", "strong")]);
    lines.push(...verdicts.flatMap((verdict, index) => verdictLines(input, verdict, index + 1, at, width)));
  }
  for (const note of notes) for (const text of wrap(note, width)) lines.push([span(text, "dim")]);
  return lines;
}

function stepLines(input: PaneInput, step: ExplainedStep, call: number, width: number): Line[] {
  const { glyphs } = input;
  const said = (text: string, tone: Tone = "dim"): Line[] =>
    wrap(text, Math.max(10, width - 3)).map((line): Line => [span("   "), span(line, tone)]);
  switch (step.type) {
    case "wait": {
      const waited = step.durationMs === null ? "until the client left" : latency(step.durationMs);
      return said(`waited ${waited}: the first candidate was free again in ${left(step.until, step.at)}`);
    }
    case "count":
      return said(`the prompt was counted: ${compact(step.tokens)} tokens`);
    case "break": {
      const { followed: _, ...failure } = step.failure;
      return [
        ...said(
          `${step.keyId} ${glyphs.dot} ${step.model}: its answer broke off; what follows went on`,
          "warn",
        ),
        ...outcomeLines(failure, null, false, input, width),
      ];
    }
    case "end": {
      const again = step.retryAt === null ? "" : `; one is free again in ${left(step.retryAt, step.at)}`;
      return [
        [span(`${glyphs.no} `, "bad"), span(`nothing was left: ${step.why}${again}`, "bad")],
        ...passedLines(input, step, width),
      ];
    }
    case "call": {
      const { keyId, model, isDouble, score, durationMs, failure } = step;
      const facts = [
        isDouble ? "beside the slow one" : "",
        score === null ? "" : `score ${score.toFixed(2)}`,
      ];
      const told = facts.filter((fact) => fact !== "").join(", ");
      return [
        ...passedLines(input, step, width),
        ...beside(place(call, keyId, model, input), [span(told, "dim")], width),
        ...outcomeLines(failure, durationMs, false, input, width),
      ];
    }
  }
}

/** Who would have gone before; what had failed is told where it failed. */
function passedLines(
  input: PaneInput,
  { passed, others, at }: Extract<ExplainedStep, { type: "call" | "end" }>,
  width: number,
): Line[] {
  const { glyphs } = input;
  const lines = passed
    .filter(({ reason }) => reason !== "tried")
    .flatMap(({ keyId, model, why, until }) => {
      const time = until === null ? "" : `, for ${left(until, at)}`;
      const name = [span("   "), span(`not ${keyId} ${glyphs.dot} ${model}`, "dim")];
      return beside(name, [span(`${why}${time}`, "dim")], width);
    });
  const { tried: _, ...rest } = others;
  const further = othersInWords(rest);
  return further === "" ? lines : [...lines, [span(`   nor ${further}`, "dim")]];
}

function verdictLines(
  input: PaneInput,
  { keyId, model, usable, why, until, score }: VerdictView,
  number: number,
  at: number,
  width: number,
): Line[] {
  const { glyphs } = input;
  const time = until === null ? "" : `, for ${left(until, at)}`;
  const value = score === null ? "" : ` ${score.toFixed(2)}`;
  const verdict = usable ? span(`free${value}`, "good") : span(`${why ?? ""}${time}`, "dim");
  const name: Line = [
    cell(`${number}.`, 4, "dim"),
    span(usable ? glyphs.ready : glyphs.off, usable ? "good" : "dim"),
    span(` ${keyId} ${glyphs.dot} ${model}`),
  ];
  return beside(name, [verdict], width);
}

function left(until: number, at: number): string {
  return countdown(until - at);
}
