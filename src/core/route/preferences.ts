/** What the user wants of routing in general, as settings have it. */

export const STRATEGIES = ["priority", "balanced", "smart", "fast", "reliable", "custom"] as const;
export type StrategyName = (typeof STRATEGIES)[number];

/** How much each input of a score counts; only their proportions matter. */
export interface Weights {
  /** The catalogue's estimate of how good the model is. */
  quality: number;
  /** How many of its calls went well lately. */
  success: number;
  /** Tokens a second and the time to the first content. */
  speed: number;
  /** What is left of its limits against the time until they reset. */
  quota: number;
}

export interface Preferences {
  /** How `auto` chooses. */
  strategy: StrategyName;
  /** For the strategy `custom`. */
  weights: Weights;
  /** Named chains of models, served as `auto:<name>`. */
  profiles: Readonly<Record<string, readonly string[]>>;
  /** Names that clients bring along (in lower case), and the model that stands behind each. */
  aliases: Readonly<Record<string, string>>;
  /** Only models whose provider does not train on what it is sent. */
  private: boolean;
}

export const DEFAULT_PREFERENCES: Readonly<Preferences> = {
  strategy: "priority",
  weights: { quality: 1, success: 1, speed: 1, quota: 1 },
  profiles: {},
  aliases: {},
  private: false,
};
