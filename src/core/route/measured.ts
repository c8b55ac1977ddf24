/** What calls of one model at one provider have shown: success, speed, and how far token estimates are off. Fades with time and calls. */
import type { Archive } from "./archive.ts";
import type { EstimateSums, MeasuredMemory } from "./event.ts";
import type { SpeedClass } from "./limits.ts";

/** After this long an outcome counts half. */
const HALF_LIFE_MS = 10 * 60_000;
/** It fades in steps of this length. */
const FADE_STEP_MS = HALF_LIFE_MS / 20;
/** A model that nobody has called yet counts as if these many calls had gone well. */
const BENEFIT_OF_THE_DOUBT = 4;
/** The weight of the newest measurement in a running mean. */
const NEWEST = 0.15;
/** Estimates are corrected within these bounds: beyond them the count itself is in doubt. */
const LEAST_FACTOR = 0.3;
const GREATEST_FACTOR = 4;
/** Standard deviations that the corrected estimate stays above the mean. */
const MARGIN_DEVIATIONS = 1.5;
/** Until so many calls were counted, the estimate stands as it is. */
const TRUSTED_AFTER = 5;

/** Tokens of a call, where none was seen. */
const UNSEEN_CALL = { input: 1_000, output: 400 } as const;

/** Tokens a second, where nothing was measured. */
const CLASS_SPEED: Readonly<Record<SpeedClass, number>> = { ultra: 400, fast: 120, normal: 60, slow: 20 };

/** Speeds are compared on a scale that ends here: beyond it nobody notices. */
const FULL_SPEED_TOKENS = 400;
const UNKNOWN_SPEED_TOKENS = 50;
const SLOW_FIRST_CONTENT_MS = 10_000;

/** Logarithmic: twice as fast is one step, wherever it begins. In whole tokens. */
function paceOf(tokens: number): number {
  const whole = Math.min(FULL_SPEED_TOKENS, Math.max(0, Math.round(tokens)));
  return Math.log2(1 + whole) / Math.log2(1 + FULL_SPEED_TOKENS);
}

/** Mean and spread of what came lately. */
class RunningMean {
  mean = 0;
  #variance = 0;
  count = 0;

  add(value: number): void {
    this.count++;
    const weight = Math.max(NEWEST, 1 / this.count);
    const difference = value - this.mean;
    this.mean += weight * difference;
    this.#variance = (1 - weight) * (this.#variance + weight * difference * difference);
  }

  get deviation(): number {
    return Math.sqrt(this.#variance);
  }

  archive(archive: Archive): void {
    this.mean = archive.value(this.mean);
    this.#variance = archive.value(this.#variance);
    this.count = archive.value(this.count);
  }
}

export class Measured {
  #good = BENEFIT_OF_THE_DOUBT;
  #all = BENEFIT_OF_THE_DOUBT;
  #fadedAt = Number.NEGATIVE_INFINITY;
  /** The rate after so many steps, since it was last asked: a decision must not cost an exponential. */
  #fadedSteps = 0;
  #fadedRate = 1;
  /** How a model of this class compares, since it was last asked; null when something was measured since. */
  #speedPart: number | null = null;
  #speedClass: SpeedClass | null = null;
  readonly #firstContent = new RunningMean();
  readonly #speed = new RunningMean();
  readonly #factor = new RunningMean();
  readonly #input = new RunningMean();
  readonly #output = new RunningMean();
  /** Sums over all counted calls, for the report on accuracy. */
  #accuracy: EstimateSums = { calls: 0, estimated: 0, reserved: 0, real: 0, error: 0 };

  succeeded(at: number, firstContentMs: number): void {
    this.#fade(at);
    this.#good++;
    this.#all++;
    this.#startFading();
    this.#firstContent.add(firstContentMs);
    this.#speedPart = null;
  }

  failed(at: number): void {
    this.#fade(at);
    this.#all++;
    this.#startFading();
  }

  generated(tokens: number, milliseconds: number): void {
    // Short answers, and those that came whole, say nothing about the speed.
    if (tokens < 16 || milliseconds < 50) return;
    this.#speed.add((tokens * 1000) / milliseconds);
    this.#speedPart = null;
  }

  /** A call took so many tokens. */
  took(input: number, output: number): void {
    this.#input.add(input);
    this.#output.add(output);
  }

  get usualCall(): { input: number; output: number } {
    if (this.#input.count === 0) return UNSEEN_CALL;
    return { input: this.#input.mean, output: this.#output.mean };
  }

  /** null where no call was counted. */
  get accuracy(): EstimateSums | null {
    return this.#accuracy.calls === 0 ? null : this.#accuracy;
  }

  /** A prompt estimated at `estimated` tokens, before any correction, was counted as `real`. */
  counted(estimated: number, real: number): void {
    if (estimated <= 0 || real <= 0) return;
    const sums = this.#accuracy;
    this.#accuracy = {
      calls: sums.calls + 1,
      estimated: sums.estimated + estimated,
      reserved: sums.reserved + estimated * this.estimateFactor,
      real: sums.real + real,
      error: sums.error + Math.abs(real - estimated),
    };
    this.#factor.add(Math.min(GREATEST_FACTOR, Math.max(LEAST_FACTOR, real / estimated)));
  }

  /**
   * Share of calls that went well, 0 to 1; what is long past fades back to the benefit of the doubt. Looking changes
   * nothing: who looks when must not matter.
   */
  successRate(now: number): number {
    const steps = Math.max(0, Math.floor((now - this.#fadedAt) / FADE_STEP_MS));
    if (Number.isFinite(steps) && steps !== this.#fadedSteps) {
      const { good, all } = this.#after(steps);
      this.#fadedSteps = steps;
      this.#fadedRate = good / all;
    }
    return this.#fadedRate;
  }

  /** Tokens a second and the time to the first content on a scale from 0 to 1. `known`: the catalogue's word. */
  speedPart(known: SpeedClass | null): number {
    if (this.#speedPart !== null && this.#speedClass === known) return this.#speedPart;
    const tokens = this.tokensPerSecond(known) ?? UNKNOWN_SPEED_TOKENS;
    const first = this.firstContentMs ?? SLOW_FIRST_CONTENT_MS / 4;
    const part = 0.6 * paceOf(tokens) + 0.4 * (1 - Math.min(1, first / SLOW_FIRST_CONTENT_MS));
    this.#speedPart = part;
    this.#speedClass = known;
    return part;
  }

  /** Tokens a second; null when neither measured nor known. */
  tokensPerSecond(known: SpeedClass | null): number | null {
    if (this.#speed.count > 0) return this.#speed.mean;
    return known === null ? null : CLASS_SPEED[known];
  }

  /** Milliseconds to the first content that nine of ten calls stay below, about; null before three calls. */
  get firstContentMs(): number | null {
    if (this.#firstContent.count < 3) return null;
    return this.#firstContent.mean + 2 * this.#firstContent.deviation;
  }

  /** By what to multiply an estimate of this model's prompt tokens. */
  get estimateFactor(): number {
    if (this.#factor.count < TRUSTED_AFTER) return 1;
    const factor = this.#factor.mean + MARGIN_DEVIATIONS * this.#factor.deviation;
    return Math.min(GREATEST_FACTOR, Math.max(LEAST_FACTOR, factor));
  }

  /** null when nothing was measured. */
  memory(): MeasuredMemory | null {
    const of = (mean: RunningMean): number | null => (mean.count >= TRUSTED_AFTER ? mean.mean : null);
    const memory = {
      firstContentMs: of(this.#firstContent),
      tokensPerSecond: of(this.#speed),
      estimateFactor: of(this.#factor),
      inputTokens: of(this.#input),
      outputTokens: of(this.#output),
      accuracy: this.accuracy,
    };
    return Object.values(memory).some((value) => value !== null) ? memory : null;
  }

  /** Starts from what was measured before, as if by few calls: new ones soon weigh more. */
  restore(memory: MeasuredMemory): void {
    const start = (mean: RunningMean, value: number | null): void => {
      for (let call = 0; value !== null && call < TRUSTED_AFTER; call++) mean.add(value);
    };
    start(this.#firstContent, memory.firstContentMs);
    start(this.#speed, memory.tokensPerSecond);
    start(this.#factor, memory.estimateFactor);
    start(this.#input, memory.inputTokens);
    start(this.#output, memory.outputTokens);
    if (memory.accuracy !== null) this.#accuracy = memory.accuracy;
    this.#speedPart = null;
  }

  #startFading(): void {
    this.#fadedSteps = 0;
    this.#fadedRate = this.#good / this.#all;
  }

  #fade(at: number): void {
    if (this.#fadedAt === Number.NEGATIVE_INFINITY) this.#fadedAt = at;
    const steps = Math.floor((at - this.#fadedAt) / FADE_STEP_MS);
    if (steps < 1) return;
    const { good, all } = this.#after(steps);
    this.#good = good;
    this.#all = all;
    this.#fadedAt += steps * FADE_STEP_MS;
  }

  #after(steps: number): { good: number; all: number } {
    const keep = 2 ** ((-steps * FADE_STEP_MS) / HALF_LIFE_MS);
    const doubt = BENEFIT_OF_THE_DOUBT * (1 - keep);
    return { good: this.#good * keep + doubt, all: this.#all * keep + doubt };
  }

  archive(archive: Archive): void {
    this.#good = archive.value(this.#good);
    this.#all = archive.value(this.#all);
    this.#fadedAt = archive.value(this.#fadedAt);
    this.#startFading();
    this.#accuracy = archive.value(this.#accuracy);
    for (const mean of [this.#firstContent, this.#speed, this.#factor, this.#input, this.#output]) {
      mean.archive(archive);
    }
  }
}
