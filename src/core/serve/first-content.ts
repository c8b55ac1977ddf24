/** How long an attempt may take to show something. */
import type { ProviderSpec } from "../provider.ts";
import type { Situation } from "../route/failover.ts";
import type { Target } from "../route/target.ts";

/** With another model ready to take over, nobody waits longer for one that was not seen to be slow. */
const WITH_SPARE_MS = 12_000;
/** Times what nine of ten calls stay below. */
const PATIENCE = 2;
const LEAST_MS = 4_000;
/** An answer that comes whole is generated first: this many times its likely duration. */
const WHOLE_FACTOR = 3;
const LEAST_WHOLE_MS = 30_000;
/** Without anything to compare, an answer that comes whole may take this much longer than a first content. */
const WHOLE_WITHOUT_SPARE = 1.5;
const UNKNOWN_TOKENS_PER_SECOND = 40;

export interface DeadlineInput {
  target: Target;
  provider: Pick<ProviderSpec, "firstContentMs">;
  situation: Situation;
  /** The setting: how long it may take at most. */
  mostMs: number;
  /** Tokens that the answer may have. */
  outputTokens: number;
  streamed: boolean;
}

/** Milliseconds from dispatch to the first content of a stream, or to the end of an answer that comes whole. */
export function firstContentDeadline(input: DeadlineInput): number {
  const { target, provider, situation, mostMs, streamed } = input;
  // What is documented of a slow provider holds, unless the user wants it shorter.
  const most = provider.firstContentMs ?? mostMs;
  const longest = streamed ? most : most * WHOLE_WITHOUT_SPARE;
  if (provider.firstContentMs !== null || !situation.hasSpare()) return longest;
  const { measured, model } = target.model;
  const usual = measured.firstContentMs;
  const first = usual === null ? WITH_SPARE_MS : Math.max(LEAST_MS, usual * PATIENCE + 1_000);
  if (streamed) return Math.min(longest, first);
  const pace = measured.tokensPerSecond(model.speed) ?? UNKNOWN_TOKENS_PER_SECOND;
  const whole = first + (WHOLE_FACTOR * 1000 * input.outputTokens) / pace;
  return Math.min(longest, Math.max(LEAST_WHOLE_MS, whole));
}
