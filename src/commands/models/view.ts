/** Models as they are shown. */
import type { ModelView } from "../../core/command.ts";
import { sanitize } from "../../core/vault/sanitize.ts";
import { duration, isoTime } from "../moment.ts";
import type { Output } from "../output.ts";

/** The documented JSON of a model. */
export function modelData(model: ModelView): Record<string, unknown> {
  const { id, provider, family, name, status, origin, enabled, override, free, available } = model;
  const { capabilities, intelligence, speed, order, pinned, scores } = model;
  return {
    ...{ id, provider, model: model.model, family, name, status, origin, enabled, override, free, available },
    whyNot: model.reason,
    availableAt: isoTime(model.until),
    context: model.contextWindow,
    maxOutput: model.maxOutputTokens,
    capabilities: {
      tools: capabilities.tools,
      vision: capabilities.vision,
      jsonSchema: capabilities.jsonSchema,
      reasoning: capabilities.reasoning,
    },
    ...{ intelligence, speed },
    dataUse: model.dataUse,
    mayCost: model.mayCost,
    limits: model.limits.map(({ scope, pool, metric, window, cap, reset, source }) => ({
      ...{ scope, pool, metric, window, cap, reset, source },
      asOf: model.asOf,
    })),
    source: model.source,
    asOf: model.asOf,
    ...{ order, pinned, scores },
  };
}

const HEAD = ["ID", "CTX", "CAN", "IQ", "TRAINS", "STATE"] as const;
/** Of all columns but the first, which takes what is left, but no less than this. */
const WIDTHS = [5, 4, 2, 6] as const;
const ID_WIDTH = 38;
/** Room for what keeps a model from being used. */
const STATE_WIDTH = 24;
const GAP = 2;
const TRAINS: Readonly<Record<ModelView["dataUse"], string>> = {
  no_training: "no",
  may_train: "may",
  unknown: "?",
};

/** What the columns mean, for the help. */
export const LEGEND = `
CTX: context window in tokens. CAN: T tools, V images, J JSON schema, R
reasoning. IQ: an estimate from 0 to 100. TRAINS: whether the provider may train
on what is sent. STATE begins with a pin (^) where the model goes first.`;

/**
 * Six columns that fit into 80 while what keeps a model from being used is short. An id that is too long for its column
 * gets a line of its own: it is there to be copied, so it is never cut.
 */
export function printModels(output: Output, models: readonly ModelView[], now: number): void {
  const width = idWidth(output, models);
  output.line(output.paint.bold(columns([...HEAD], width)));
  for (const model of models) {
    const [id, ...cells] = [
      model.id,
      tokens(model.contextWindow),
      abilities(model),
      model.intelligence === null ? "" : String(model.intelligence),
      TRAINS[model.dataUse],
    ].map(sanitize);
    const state = stateText(model, now);
    const colour = model.available ? "green" : model.enabled ? "yellow" : "gray";
    const isLong = (id ?? "").length > width;
    if (isLong) output.line(id);
    output.line(
      `${columns([isLong ? "" : (id ?? ""), ...cells], width)}${output.paint[colour](sanitize(state))}`,
    );
  }
}

/** A terminal that is wide enough shows every id on the line of its model. */
function idWidth({ columns: terminal }: Output, models: readonly ModelView[]): number {
  const others = WIDTHS.reduce<number>((sum, width) => sum + width + GAP, GAP) + STATE_WIDTH;
  const longest = Math.max(...models.map(({ id }) => id.length));
  return Math.max(ID_WIDTH, Math.min(longest, (terminal ?? 0) - others));
}

function columns(cells: readonly string[], width: number): string {
  return cells
    .map((cell, index) => cell.padEnd((index === 0 ? width : (WIDTHS[index - 1] ?? 0)) + GAP))
    .join("")
    .replace(/STATE\s+$/, "STATE");
}

/** What keeps it from being used, until when; `ready` when nothing does. */
export function stateText(model: ModelView, now: number): string {
  const pin = model.pinned ? "^ " : "";
  if (model.available) return `${pin}ready`;
  const rest = model.until === null ? "" : `, for ${duration(model.until - now)}`;
  const reason = `${model.reason ?? "waiting"}${rest}`;
  if (model.enabled || model.override === false || model.order === 0) return `${pin}${reason}`;
  return `${pin}off: ${reason}`;
}

/** `128k`, `1M`. */
export function tokens(count: number | null): string {
  if (count === null) return "?";
  if (count < 1_000) return String(count);
  const thousands = count % 1_024 === 0 ? count / 1_024 : count / 1_000;
  return thousands < 1_000 ? `${Math.round(thousands)}k` : `${Number((thousands / 1_000).toFixed(1))}M`;
}

function abilities({ capabilities }: ModelView): string {
  const { tools, vision, jsonSchema, reasoning } = capabilities;
  const letters: [boolean, string][] = [
    [tools, "T"],
    [vision, "V"],
    [jsonSchema, "J"],
    [reasoning, "R"],
  ];
  return letters.map(([can, letter]) => (can ? letter : "-")).join("");
}
