/** One simulated provider: takes calls, enforces its caps by its books, fails as its world says, all in virtual time. */
import type { Failure } from "../chat/failure.ts";
import { needFor } from "../route/counter.ts";
import type { LimitObservation, LimitSpec } from "../route/limits.ts";
import type { Reservation, Spent } from "../route/reservation.ts";
import type { Target } from "../route/target.ts";
import type { Dice } from "./dice.ts";
import { capFailure, failureOf } from "./failures.ts";
import type { Timeline } from "./timeline.ts";
import type { SimBooks, SimCaller, SimFault, SimPlace, SimProvider, SimRefusal, SimUse } from "./world.ts";

/** What the caller hears, in this order: what is told of limits; then a failure, or the commit and later the end. */
export interface CallEars {
  told(observations: readonly LimitObservation[]): void;
  failed(failure: Failure): void;
  committed(): void;
  /** `broken`: the answer broke off. */
  ended(spent: Spent, broken: Failure | null): void;
}

/** What the referee hears. */
export interface CallReferee {
  /** `caps`: the names of those that it counts in. */
  admitted(caps: readonly string[], use: SimUse): void;
  capped(reservation: Reservation, refusal: SimRefusal): void;
}

const NOTHING: Readonly<SimUse> = { requests: 0, tokens: 0, inputTokens: 0, units: 0 };

export class Upstream {
  readonly #provider: SimProvider;
  readonly #books: SimBooks;
  readonly #timeline: Timeline;
  readonly #dice: Dice;
  readonly #referee: CallReferee;
  readonly #places = new Map<Target, Place>();

  constructor(provider: SimProvider, books: SimBooks, timeline: Timeline, dice: Dice, referee: CallReferee) {
    this.#provider = provider;
    this.#books = books;
    this.#timeline = timeline;
    this.#dice = dice;
    this.#referee = referee;
  }

  /** `estimate`: prompt tokens as estimated for any model. */
  call(reservation: Reservation, estimate: number, ears: CallEars): UpstreamCall {
    const { latencyMs, jitterMs } = this.#provider;
    const place = this.#placeOf(reservation.target);
    const order = { reservation, estimate, ears, place };
    const call = new UpstreamCall(
      this.#provider,
      this.#books,
      this.#timeline,
      this.#dice,
      this.#referee,
      order,
    );
    this.#timeline.after(latencyMs + this.#dice.fraction() * jitterMs, () => call.arrive());
    return call;
  }

  #placeOf(target: Target): Place {
    let place = this.#places.get(target);
    if (place === undefined) {
      const { key, model } = target;
      const caller = { secret: key.id, account: key.account, model: model.model.id };
      const limits = this.#provider.limits.get(caller.model) ?? [];
      place = { caller, caps: limits.map((limit) => capName(limit, key.provider, caller)) };
      this.#places.set(target, place);
    }
    return place;
  }
}

/** What all calls of one target have in common. */
interface Place {
  caller: SimCaller;
  /** The caps that it counts in, by name. */
  caps: readonly string[];
}

interface Order {
  reservation: Reservation;
  estimate: number;
  ears: CallEars;
  place: Place;
}

export class UpstreamCall {
  readonly #provider: SimProvider;
  readonly #books: SimBooks;
  readonly #timeline: Timeline;
  readonly #dice: Dice;
  readonly #referee: CallReferee;
  readonly #order: Order;
  #place: SimPlace | null = null;
  /** What it takes: as asked, then as it was. */
  #taken: SimUse | null = null;
  /** Real use of the prompt, and of the whole answer. */
  readonly #input: number;
  #output = 0;
  #firstAt = 0;
  #generationMs = 1;
  /** Nobody listens any more. */
  #left = false;

  constructor(
    provider: SimProvider,
    books: SimBooks,
    timeline: Timeline,
    dice: Dice,
    referee: CallReferee,
    order: Order,
  ) {
    this.#provider = provider;
    this.#books = books;
    this.#timeline = timeline;
    this.#dice = dice;
    this.#referee = referee;
    this.#order = order;
    const [least, most] = provider.inputRatio;
    const ratio = least === most ? least : least + dice.fraction() * (most - least);
    this.#input = Math.round(order.estimate * ratio);
  }

  arrive(): void {
    if (this.#left) return;
    const { key, model } = this.#order.reservation.target;
    const now = this.#timeline.now;
    const broken = this.#provider.brokenKeys.get(key.id);
    if (broken !== undefined && now >= broken) {
      this.#reply(() => this.#order.ears.failed(failureOf("invalid_key", model.model, null)));
      return;
    }
    const { need } = this.#order.reservation;
    const asked = this.#use(1, this.#input, need.tokens - need.inputTokens);
    const answer = this.#books.take(this.#order.place.caller, asked, now);
    if (!("end" in answer)) {
      this.#referee.capped(this.#order.reservation, answer);
      const until = this.#provider.hints === "none" ? null : now + answer.waitMs;
      this.#tell();
      this.#reply(() => this.#order.ears.failed(capFailure(answer.limit, until)));
      return;
    }
    this.#place = answer;
    this.#taken = asked;
    this.#referee.admitted(this.#order.place.caps, asked);
    const { outages } = this.#provider;
    const outage = outages.length > 0 && outages.some(({ from, until }) => now >= from && now < until);
    const isTooLong =
      this.#order.estimate >= (this.#provider.realWindows.get(model.model.id) ?? Number.POSITIVE_INFINITY);
    const fault = outage ? "unavailable" : isTooLong ? "context" : this.#dice.draw(this.#provider.faults);
    if (fault === null || fault === "cut") this.#answer(fault === "cut");
    else if (fault !== "silence") this.#fail(fault);
  }

  /** The caller goes; gives what it must take to have been spent. */
  leave(committed: boolean): Spent {
    this.#left = true;
    const { need } = this.#order.reservation;
    const share = committed ? Math.min(1, (this.#timeline.now - this.#firstAt) / this.#generationMs) : 0;
    const output = Math.ceil(this.#output * share);
    this.#timeline.after(this.#provider.latencyMs, () => this.#end(1, this.#input, output));
    return { requests: 1, inputTokens: need.inputTokens, outputTokens: output, counted: false };
  }

  #answer(cut: boolean): void {
    const { firstContentMs, generationMs, outputShare } = this.#provider;
    const { ears, reservation } = this.#order;
    const { need } = reservation;
    const within = ([least, most]: readonly [number, number]): number =>
      least + this.#dice.fraction() * (most - least);
    const reserved = need.tokens - need.inputTokens;
    this.#output = Math.min(reserved, Math.round(reserved * within(outputShare)));
    const first = within(firstContentMs);
    this.#generationMs = Math.max(1, within(generationMs));
    this.#firstAt = this.#timeline.now + first;
    this.#timeline.after(first, () => {
      this.#tell();
      this.#reply(() => ears.committed());
    });
    const share = cut ? 0.5 + this.#dice.fraction() / 2 : 1;
    this.#timeline.after(first + this.#generationMs * share, () => {
      if (this.#place === null || this.#left) return;
      const output = Math.ceil(this.#output * share);
      this.#end(1, this.#input, output);
      const inputTokens = cut ? need.inputTokens : this.#input;
      const generationMs = this.#generationMs * share;
      const broken = cut ? failureOf("cut", reservation.target.model.model, null) : null;
      const spent: Spent = { requests: 1, inputTokens, outputTokens: output, generationMs, counted: !cut };
      this.#reply(() => ears.ended(spent, broken));
    });
  }

  #fail(fault: Exclude<SimFault, "cut"> | "context"): void {
    const { model } = this.#order.reservation.target.model;
    const [least, most] = this.#provider.firstContentMs;
    this.#timeline.after(least + this.#dice.fraction() * (most - least), () => {
      if (this.#place === null || this.#left) return;
      const now = this.#timeline.now;
      const stated = fault === "busy" && this.#provider.hints === "until";
      const failure = failureOf(fault, model, stated ? now + this.#dice.between(500, 20_000) : null);
      const read = failure.status === undefined || failure.status >= 500;
      if (this.#provider.countsFailures) this.#end(1, read ? this.#input : 0, 0);
      else this.#end(0, 0, 0);
      this.#tell();
      this.#reply(() => this.#order.ears.failed(failure));
    });
  }

  #end(requests: 0 | 1, inputTokens: number, outputTokens: number): void {
    const real = requests === 0 ? NOTHING : this.#use(requests, inputTokens, outputTokens);
    this.#place?.end(real, this.#timeline.now);
    if (this.#place !== null && this.#taken !== null) {
      this.#taken.requests = real.requests;
      this.#taken.tokens = real.tokens;
      this.#taken.inputTokens = real.inputTokens;
      this.#taken.units = real.units;
    }
    this.#place = null;
  }

  #tell(): void {
    if (this.#provider.hints !== "headers") return;
    const now = this.#timeline.now;
    const observations = this.#books
      .status(this.#order.place.caller, now)
      .filter(({ limit }) => limit.metric === "requests")
      .map(
        ({ limit, used, resetMs }): LimitObservation => ({
          metric: limit.metric,
          window: limit.window,
          subject: limit.pool === null ? "model" : "pool",
          cap: limit.cap,
          remaining: Math.max(0, Math.floor(limit.cap - used)),
          resetAt: now + resetMs,
        }),
      );
    if (observations.length > 0) this.#reply(() => this.#order.ears.told(observations));
  }

  #reply(hear: () => void): void {
    this.#timeline.after(this.#provider.latencyMs, () => {
      if (!this.#left) hear();
    });
  }

  #use(requests: number, input: number, output: number): SimUse {
    return needFor(requests, input, output, this.#order.reservation.target.model.model.unitCost);
  }
}

/** Whose cap it is: one name for all calls that share it. */
export function capName(limit: LimitSpec, provider: string, { secret, account, model }: SimCaller): string {
  const owner = limit.scope === "key" ? secret : limit.scope === "account" ? account : provider;
  const subject = limit.pool === null ? `${provider}/${model}` : `${provider}, pool ${limit.pool}`;
  return `${owner}: ${subject}, ${limit.metric} a ${limit.window}`;
}
