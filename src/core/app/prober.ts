/**
 * Looks after keys and accounts that no traffic tells about: a key that was idle for hours is tested before somebody needs it,
 * and providers that tell what is used of an account are asked now and then, as others may use it, too.
 */
import type { Clock, Timer, Timers } from "../ports.ts";
import type { ProviderSpec, UsageSpec } from "../provider.ts";
import type { KeyId, RoutedKey } from "../route/event.ts";
import type { RouterState } from "../route/state.ts";

/** Never more than one question to a provider in this time. */
const EVERY_MS = 1_000;
const LOOKS_EVERY_MS = 15_000;
/** An account that is not used here is asked this much less often: only others can use it up. */
const UNUSED_FACTOR = 4;
/** After each answer that told nothing the next question comes twice as late, so many times. */
const MOST_DOUBLINGS = 6;

export interface ProberPorts {
  state: RouterState;
  clock: Clock;
  timers: Timers;
  providerOf(id: string): ProviderSpec | undefined;
  /** Tests the key and tells the state. Never rejects. */
  doubt(keyId: KeyId): void;
  /** Asks what is used of the key's limits and tells the state. Whether anything was told; never rejects. */
  askUsage(keyId: KeyId): Promise<boolean>;
}

interface Asked {
  at: number;
  /** How often in a row nothing was told. */
  inVain: number;
}

export class Prober {
  readonly #ports: ProberPorts;
  readonly #intervalMs: number;
  readonly #startedAt: number;
  /** When each key was tested last by this prober. */
  readonly #tested = new Map<KeyId, number>();
  /** When use was last asked about, by account, or by key where each has limits of its own. */
  readonly #asked = new Map<string, Asked>();
  #timer: Timer | null = null;

  /** `intervalMs` 0: nobody is asked unasked. */
  constructor(ports: ProberPorts, intervalMs: number) {
    this.#ports = ports;
    this.#intervalMs = intervalMs;
    this.#startedAt = ports.clock.now();
  }

  /** Looks now and then from now on. */
  start(): void {
    if (this.#intervalMs === 0) return;
    const wait = Math.max(EVERY_MS, Math.min(LOOKS_EVERY_MS, this.#intervalMs / 4));
    this.#timer = this.#ports.timers.after(wait, () => {
      this.look();
      this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** One question to each provider at most, if the proxy is in use at all: about an account's use, or whether an idle key is good. */
  look(): void {
    const { state, clock, doubt } = this.#ports;
    const now = clock.now();
    if (now - state.lastUsedAt >= this.#intervalMs) return;
    const asked = new Set<string>();
    for (const key of state.catalogue.orderedKeys()) {
      if (asked.has(key.provider) || key.state === "disabled" || key.state === "invalid") continue;
      const provider = this.#ports.providerOf(key.provider);
      if (provider?.usage && this.#isUsageDue(key, provider.usage, now)) {
        asked.add(key.provider);
        this.#askUsage(key, provider.usage, now);
      } else if (this.#isIdle(key, provider, now)) {
        asked.add(key.provider);
        this.#tested.set(key.id, now);
        doubt(key.id);
      }
    }
  }

  #isUsageDue(key: RoutedKey, usage: UsageSpec, now: number): boolean {
    const asked = this.#asked.get(ownerOf(key, usage));
    if (asked === undefined) return true;
    const lastCall = this.#ports.state.lastCalls.at(key.account, now);
    const factor = lastCall > asked.at ? 1 : UNUSED_FACTOR;
    const due = asked.at + usage.everyMs * factor * 2 ** Math.min(asked.inVain, MOST_DOUBLINGS);
    if (now < due) return false;
    // Figures are exact when nothing was called for a while: that is waited for, but not for ever.
    return now - lastCall > usage.lagMs || now - due >= usage.everyMs;
  }

  #askUsage(key: RoutedKey, usage: UsageSpec, now: number): void {
    const owner = ownerOf(key, usage);
    const inVain = this.#asked.get(owner)?.inVain ?? 0;
    const asked: Asked = { at: now, inVain: inVain + 1 };
    this.#asked.set(owner, asked);
    void this.#ports.askUsage(key.id).then((told) => {
      if (told) asked.inVain = 0;
    });
  }

  #isIdle(key: RoutedKey, provider: ProviderSpec | undefined, now: number): boolean {
    // What costs quota is left for those who ask.
    if (provider?.probe.costsQuota !== false) return false;
    const proven = this.#ports.state.provenAt(key.id) ?? this.#startedAt;
    return now - Math.max(proven, this.#tested.get(key.id) ?? 0) >= this.#intervalMs;
  }
}

function ownerOf({ id, account }: RoutedKey, { limits }: UsageSpec): string {
  return limits.some(({ scope }) => scope === "key") ? id : account;
}
