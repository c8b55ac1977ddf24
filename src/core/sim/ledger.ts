/** The router's durable memory, in memory: gives after a restart the events that the store would give, without SQL. */
import type { Learnt, RouterEvent } from "../route/event.ts";
import type { SimLedger } from "./world.ts";

type Reserved = Extract<RouterEvent, { type: "call-reserved" }>;
type Settled = Extract<RouterEvent, { type: "call-settled" }>;
type RestSet = Extract<RouterEvent, { type: "rest-set" }>;

const REMEMBERED_REST_MS = 120_000;
/** The longest deadline of a call. */
const LONGEST_CALL_MS = 600_000;
/** Settlements are written this late at most. */
const LAZY_MS = 250;
/** Use is dated to the second. */
const PRECISION_MS = 1_000;

export class MemoryLedger implements SimLedger {
  readonly #calls = new Map<number, { reserved: Reserved; settled: Settled | null }>();
  readonly #rests = new Map<string, RestSet>();
  #unsafe: Settled[] = [];
  #learnt: Learnt | null = null;

  append(event: RouterEvent): void {
    switch (event.type) {
      case "call-reserved":
        this.#calls.set(event.callId, { reserved: event, settled: null });
        break;
      case "call-settled":
        this.#unsafe.push(event);
        break;
      case "rest-set": {
        const known = this.#rests.get(event.scope);
        const lasts = event.until - event.at > REMEMBERED_REST_MS;
        if (lasts && (known === undefined || event.until > known.until)) this.#rests.set(event.scope, event);
        break;
      }
    }
  }

  /** Settlements of before go along with the reservations; without any they wait a moment for company. */
  commit(): void {
    this.flush();
  }

  crash(now: number): void {
    this.#unsafe = this.#unsafe.filter(({ at }) => at + LAZY_MS <= now);
    this.flush();
  }

  flush(): void {
    if (this.#unsafe.length === 0) return;
    for (const settled of this.#unsafe) {
      const call = this.#calls.get(settled.callId);
      if (call) call.settled = settled;
    }
    this.#unsafe = [];
  }

  saveLearnt(learnt: Learnt): void {
    this.#learnt = learnt;
  }

  restart(now: number): RouterEvent[] {
    const uses = new Map<string, Extract<RouterEvent, { type: "usage-restored" }>>();
    for (const call of this.#calls.values()) {
      const { callId, keyId, model, at, tokens, inputTokens } = call.reserved;
      // A process that died can settle nothing: what it had reserved counts as used.
      call.settled ??= {
        type: "call-settled",
        callId,
        at: Math.max(at, Math.min(now, at + LONGEST_CALL_MS)),
        requests: 1,
        inputTokens,
        outputTokens: tokens - inputTokens,
        counted: false,
      };
      const { settled } = call;
      add(uses, keyId, model, at, [settled.requests, 0, 0]);
      add(uses, keyId, model, settled.at, [0, settled.inputTokens, settled.outputTokens]);
    }
    const learnt: RouterEvent[] =
      this.#learnt === null ? [] : [{ type: "learnt-restored", learnt: this.#learnt, at: now }];
    const rests = [...this.#rests.values()].filter(({ until }) => until > now);
    return [...learnt, ...[...uses.values()].sort((one, other) => one.to - other.to), ...rests];
  }

  precision(): number {
    return PRECISION_MS;
  }
}

function add(
  uses: Map<string, Extract<RouterEvent, { type: "usage-restored" }>>,
  keyId: string,
  model: string,
  at: number,
  [requests, inputTokens, outputTokens]: readonly [number, number, number],
): void {
  if (requests + inputTokens + outputTokens === 0) return;
  const name = `${keyId} ${model} ${requests > 0} ${Math.floor(at / PRECISION_MS)}`;
  const sum = uses.get(name);
  if (sum) {
    sum.from = Math.min(sum.from, at);
    sum.to = Math.max(sum.to, at);
    sum.requests += requests;
    sum.inputTokens += inputTokens;
    sum.outputTokens += outputTokens;
  } else {
    const span = { from: at, to: at };
    uses.set(name, {
      type: "usage-restored",
      keyId,
      model,
      ...span,
      requests,
      inputTokens,
      outputTokens,
    });
  }
}
