/** Requests of the past, made up by a seed. */
import type { AttemptRecord, RequestRecord } from "../../src/core/route/event.ts";

export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

const TARGETS = [
  { provider: "groq", model: "openai/gpt-oss-120b", keyId: "groq-1" },
  { provider: "groq", model: "llama", keyId: "groq-2" },
  { provider: "mistral", model: 'an "odd" one', keyId: "mistral-1" },
  { provider: "cerebras", model: "gpt-oss-120b", keyId: "cerebras-1" },
];

/** In the order in which they ended; each came up to `longest` milliseconds before. Times are whole microseconds. */
export function records(seed: number, count: number, now: number, longest: number): RequestRecord[] {
  const dice = random(seed);
  const pick = <T>(values: readonly [T, ...T[]]): T =>
    values[Math.floor(dice() * values.length)] ?? values[0];
  const milliseconds = () => Math.round(dice() * 3_000_000) / 1_000;
  let ended = now;
  return Array.from({ length: count }, (_, index) => {
    ended += Math.floor(dice() * 3) * (dice() < 0.02 ? 40_000 : 1);
    const long = dice() < 0.05 ? Math.floor(dice() * longest) : 0;
    const outcome = pick(["ok", "ok", "ok", "failed", "broken", "client_gone"] as const);
    const attempts = Array.from({ length: Math.floor(dice() * 4) }, (): AttemptRecord => {
      const isGood = dice() < 0.5;
      return {
        ...(TARGETS[Math.floor(dice() * TARGETS.length)] ?? { provider: "p", model: "m", keyId: "k" }),
        outcome: isGood ? "ok" : "rate_minute",
        status: isGood ? null : 429,
        rule: isGood ? null : "groq/rule",
        message: isGood ? null : `said "no",\n${index} times [[1],[2]]`,
        durationMs: milliseconds(),
      };
    });
    const last = attempts.at(-1);
    const elsewhere = { provider: "elsewhere", model: "m", keyId: "elsewhere-1" };
    const target = last && { provider: last.provider, model: last.model, keyId: last.keyId };
    return {
      id: `req_${seed}${index.toString(16).padStart(8, "0")}`,
      at: ended - long,
      surface: pick(["openai-chat", "anthropic"]),
      model: pick(["auto", "auto:fast", 'an "odd" one']),
      stream: dice() < 0.5,
      status: outcome === "ok" ? 200 : 502,
      outcome,
      servedBy: dice() < 0.1 ? elsewhere : (target ?? null),
      attempts,
      inputTokens: Math.floor(dice() * 9_000),
      outputTokens: Math.floor(dice() * 900),
      firstContentMs: dice() < 0.3 ? null : milliseconds(),
      durationMs: milliseconds(),
    };
  });
}
