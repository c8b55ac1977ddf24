/** What the generations of Google's models take and demand, read off the model id. Facts of ai.google.dev, November 2026. */

export type ThinkingLevel = "minimal" | "low" | "medium" | "high";

export interface ModelTraits {
  /** `fold`: there is no system instruction, its text leads the first user turn. */
  system: "instruction" | "fold";
  /** The first function call of every step must come back with its thought signature. */
  demandsSignatures: boolean;
  /** A JSON mime type may stand beside function declarations. */
  jsonWithTools: boolean;
  /** Thought summaries can be asked for. */
  showsThoughts: boolean;
  /** How thinking is bounded: by a level, by a number of tokens, not at all. */
  thinking:
    | { by: "level"; levels: readonly ThinkingLevel[] }
    | { by: "budget"; least: number; most: number; canStop: boolean }
    | null;
}

const ALL_LEVELS = ["minimal", "low", "medium", "high"] as const;

/** Gemini 3 and whatever follows it. */
const CURRENT: ModelTraits = {
  system: "instruction",
  demandsSignatures: true,
  jsonWithTools: true,
  showsThoughts: true,
  thinking: { by: "level", levels: ["low", "medium", "high"] },
};

const SECOND: ModelTraits = {
  system: "instruction",
  demandsSignatures: false,
  jsonWithTools: false,
  showsThoughts: true,
  thinking: { by: "budget", least: 1, most: 24_576, canStop: true },
};

const PLAIN: ModelTraits = { ...SECOND, showsThoughts: false, thinking: null };

/** The first row that matches holds. */
const TRAITS: readonly (readonly [RegExp, ModelTraits])[] = [
  [/^gemma-[1-3]/, { ...PLAIN, system: "fold" }],
  [/^gemma-/, { ...PLAIN, thinking: { by: "level", levels: ["minimal", "high"] } }],
  [/^gemini-2\.5-pro/, { ...SECOND, thinking: { by: "budget", least: 128, most: 32_768, canStop: false } }],
  [
    /^gemini-2\.5-flash-lite/,
    { ...SECOND, thinking: { by: "budget", least: 512, most: 24_576, canStop: true } },
  ],
  [/^gemini-2\.5/, SECOND],
  [/^gemini-[12](?!\d)/, PLAIN],
  [/^gemini-3-pro/, { ...CURRENT, thinking: { by: "level", levels: ["low", "high"] } }],
  [/^gemini-3(?:\.[1-6])?-flash/, { ...CURRENT, thinking: { by: "level", levels: ALL_LEVELS } }],
];

export function traitsOf(modelId: string): ModelTraits {
  const id = modelId.replace(/^models\//, "");
  return TRAITS.find(([pattern]) => pattern.test(id))?.[1] ?? CURRENT;
}

/** Tokens of thought by level, as Google maps efforts on its own OpenAI route. */
const BUDGETS: Readonly<Record<ThinkingLevel, number>> = {
  minimal: 1_024,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
};

/** `thinkingConfig` for an effort in OpenAI's words; undefined when there is nothing to say. */
export function thinkingConfig(
  traits: ModelTraits,
  effort: string | undefined,
): Record<string, unknown> | undefined {
  const config: Record<string, unknown> = {};
  if (traits.showsThoughts && effort !== "none") config.includeThoughts = true;
  const { thinking } = traits;
  const level = levelOf(effort);
  if (thinking !== null && level !== undefined) {
    if (thinking.by === "level") config.thinkingLevel = nearest(level, thinking.levels);
    else if (effort === "none") config.thinkingBudget = thinking.canStop ? 0 : thinking.least;
    else config.thinkingBudget = Math.min(Math.max(BUDGETS[level], thinking.least), thinking.most);
  }
  return Object.keys(config).length === 0 ? undefined : config;
}

function levelOf(effort: string | undefined): ThinkingLevel | undefined {
  if (effort === "none") return "minimal";
  if (effort === "xhigh" || effort === "max") return "high";
  return ALL_LEVELS.find((level) => level === effort);
}

/** The level itself or the one closest to it; of two equally close ones the higher. */
function nearest(wanted: ThinkingLevel, levels: readonly ThinkingLevel[]): ThinkingLevel {
  const distance = (level: ThinkingLevel): number =>
    Math.abs(ALL_LEVELS.indexOf(level) - ALL_LEVELS.indexOf(wanted));
  return (
    levels.toSorted(
      (a, b) => distance(a) - distance(b) || ALL_LEVELS.indexOf(b) - ALL_LEVELS.indexOf(a),
    )[0] ?? wanted
  );
}
