/** Looks after keys that no traffic tells about: a key that was idle for hours is tested before somebody needs it. */
import type { Clock, Timer, Timers } from "../ports.ts";
import type { ProviderSpec } from "../provider.ts";
import type { KeyId, RoutedKey } from "../route/event.ts";
import type { RouterState } from "../route/state.ts";

/** Never more than one test of a provider in this time. */
const EVERY_MS = 1_000;

export interface ProberPorts {
  state: RouterState;
  clock: Clock;
  timers: Timers;
  providerOf(id: string): ProviderSpec | undefined;
  /** Tests the key and tells the state. Never rejects. */
  doubt(keyId: KeyId): void;
}

export class Prober {
  readonly #ports: ProberPorts;
  readonly #intervalMs: number;
  readonly #startedAt: number;
  /** When each key was tested last by this prober. */
  readonly #tested = new Map<KeyId, number>();
  #timer: Timer | null = null;

  /** `intervalMs` 0: no key is tested unasked. */
  constructor(ports: ProberPorts, intervalMs: number) {
    this.#ports = ports;
    this.#intervalMs = intervalMs;
    this.#startedAt = ports.clock.now();
  }

  /** Looks now and then from now on. */
  start(): void {
    if (this.#intervalMs === 0) return;
    this.#timer = this.#ports.timers.after(Math.max(EVERY_MS, Math.min(60_000, this.#intervalMs / 4)), () => {
      this.look();
      this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Tests one idle key of each provider, if the proxy is in use at all. */
  look(): void {
    const { state, clock, doubt } = this.#ports;
    const now = clock.now();
    if (now - state.lastUsedAt >= this.#intervalMs) return;
    const asked = new Set<string>();
    for (const key of state.catalogue.orderedKeys()) {
      if (asked.has(key.provider) || !this.#isIdle(key, now)) continue;
      asked.add(key.provider);
      this.#tested.set(key.id, now);
      doubt(key.id);
    }
  }

  #isIdle(key: RoutedKey, now: number): boolean {
    if (key.state === "disabled" || key.state === "invalid") return false;
    // What costs quota is left for those who ask.
    if (this.#ports.providerOf(key.provider)?.probe.costsQuota !== false) return false;
    const proven = this.#ports.state.provenAt(key.id) ?? this.#startedAt;
    return now - Math.max(proven, this.#tested.get(key.id) ?? 0) >= this.#intervalMs;
  }
}
