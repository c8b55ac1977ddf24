/**
 * The application: one routing state, one store, one vault, and the commands that change them. It serves requests
 * (as the gateway of `serve/`) and carries out what users ask (as `Admin`), with or without a socket in front.
 */
import { analyticsView } from "./app/analytics.ts";
import { Explainer, isExplainCommand } from "./app/explain/index.ts";
import { outlookViews } from "./app/forecast-views.ts";
import { Housekeeping } from "./app/housekeeping.ts";
import { isKeyCommand, KeyCommands, type KeyHost } from "./app/key-commands/index.ts";
import { Keyring, routedKey } from "./app/keyring.ts";
import { ModelCommands } from "./app/model-commands.ts";
import { modelViews } from "./app/model-views.ts";
import { Prober } from "./app/prober.ts";
import { Registry } from "./app/registry.ts";
import { restoreModels } from "./app/restore-models.ts";
import { stillCounts } from "./app/restored-use.ts";
import { Tokens } from "./app/tokens.ts";
import { askUsage } from "./app/usage.ts";
import { keyView } from "./app/views.ts";
import {
  type Admin,
  type AnalyticsRange,
  type AnalyticsView,
  type Command,
  type CommandReply,
  type KeyView,
  type Snapshot,
  unknownKey,
} from "./command.ts";
import type { Clock, Journal, Log, Outbound, Random, Timers } from "./ports.ts";
import type { ProviderSpec, Providers } from "./provider.ts";
import type { KeyId, ModelKey, RouterEvent } from "./route/event.ts";
import type { Preferences } from "./route/preferences.ts";
import { RouterState } from "./route/state.ts";
import type { Digest } from "./serve/conversation.ts";
import { Feed } from "./serve/feed.ts";
import type { Gateway, ServeLimits } from "./serve/gateway.ts";
import { ExpiringMemory } from "./serve/memory.ts";
import { Rendezvous } from "./serve/rendezvous.ts";
import { Tokenizer } from "./serve/tokenizer/index.ts";
import { Waiters } from "./serve/waiters.ts";
import type { StoredKey } from "./store/keys.ts";
import type { Store } from "./store/store.ts";
import type { Vault } from "./vault/vault.ts";

export interface ApplicationOptions {
  store: Store;
  vault: Vault;
  providers: Providers;
  outbound: Outbound;
  clock: Clock;
  timers: Timers;
  random: Random;
  log: Log;
  limits: ServeLimits;
  preferences: Preferences;
  /** How long a key may be idle before it is tested; 0: no key is tested unasked. */
  probeIntervalMs: number;
  /** Fast and seeded; need not be safe against somebody who knows the seed. */
  hash: (text: string, seed: bigint) => bigint;
  version: string;
}

/** After these, requests that wait may have a target. */
const OPENS_WAYS: ReadonlySet<RouterEvent["type"]> = new Set<RouterEvent["type"]>([
  "provider-set",
  "key-set",
  "key-state-changed",
  "model-enabled",
  "rest-cleared",
  "usage-observed",
]);

const SHOWN_REQUESTS = 100;

export class Application implements Admin, Gateway, KeyHost {
  readonly state = new RouterState();
  readonly feed = new Feed();
  readonly waiters: Waiters;
  readonly meetings = { arrivals: new Rendezvous(), replies: new Rendezvous() };
  readonly memory: ExpiringMemory;
  readonly tokenizer: Tokenizer;
  readonly journal: Journal;
  readonly providers: Providers;
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly limits: ServeLimits;
  readonly digest: Digest;
  readonly store: Store;
  readonly vault: Vault;
  readonly registry: Registry;
  readonly token: Tokens;
  readonly publicLists = new Map<string, boolean>();
  /** The address under which it is served; null while it is not. */
  address: string | null = null;
  readonly #runName: string;
  readonly #version: string;
  readonly #startedAt: number;
  readonly #keyring: Keyring;
  readonly #keys: KeyCommands;
  readonly #models: ModelCommands;
  readonly #doubted = new Set<KeyId>();
  #callId: number;
  #requestNumber = 1;
  readonly #housekeeping: Housekeeping;
  readonly decisions: Explainer;
  readonly #prober: Prober;

  constructor(options: ApplicationOptions) {
    this.store = options.store;
    this.vault = options.vault;
    this.journal = options.store.journal;
    this.providers = options.providers;
    this.outbound = options.outbound;
    this.clock = options.clock;
    this.timers = options.timers;
    this.log = options.log;
    this.limits = options.limits;
    const seed = BigInt(`0x${options.vault.fingerprint("names of conversations").slice(0, 16)}`);
    this.digest = (text) => options.hash(text, seed).toString(36);
    this.registry = new Registry(options.providers);
    this.waiters = new Waiters(options.clock, options.timers);
    this.memory = new ExpiringMemory(options.clock);
    this.tokenizer = new Tokenizer(options.timers, options.log);
    this.token = new Tokens(options.store.settings, options.vault, options.random);
    this.#runName = Buffer.from(options.random.bytes(8)).toString("hex");
    this.#version = options.version;
    this.#startedAt = options.clock.now();
    this.#callId = options.store.nextCallId;
    this.#keyring = new Keyring(options.vault, options.timers);
    this.#keys = new KeyCommands(this);
    this.#models = new ModelCommands(this);
    this.#prober = new Prober(this, options.probeIntervalMs);
    this.#housekeeping = new Housekeeping(this);
    this.decisions = new Explainer(this, options.version, this.#runName);
    this.#restore(options.preferences);
  }

  /** Applies what happened, remembers it and tells whoever follows. */
  record(event: RouterEvent): void {
    this.decisions.recorder.apply(event);
    this.journal.append(event);
    this.feed.push(this.state.sequence, event);
    if (OPENS_WAYS.has(event.type)) this.waiters.wakeAll();
  }

  nextCallId(): number {
    return this.#callId++;
  }

  /** Unique, and cheap: a random name of this run and a number. */
  newRequestId(): string {
    return `req_${this.#runName}${(this.#requestNumber++).toString(16).padStart(8, "0")}`;
  }

  providerOf(id: string): ProviderSpec | undefined {
    return this.registry.find(id);
  }

  secretOf(keyId: KeyId): string | null {
    return this.#keyring.secretOf(keyId);
  }

  baseUrlOf(keyId: KeyId): string | null {
    return this.#keyring.baseUrlOf(keyId);
  }

  proxyOf(keyId: KeyId): string | null {
    return this.#keyring.proxyOf(keyId);
  }

  askUsage(keyId: KeyId): Promise<boolean> {
    return askUsage(this, keyId, () => this.doubt(keyId));
  }

  doubt(keyId: KeyId): void {
    if (this.#doubted.has(keyId)) return;
    this.#doubted.add(keyId);
    this.#keys
      .probe(keyId, "traffic")
      .catch((error: unknown) => this.log.error("a key could not be tested", { keyId, error: String(error) }))
      .finally(() => this.#doubted.delete(keyId));
  }

  putKey(key: StoredKey): void {
    this.#keyring.set(key);
    this.record({ type: "key-set", key: routedKey(key) });
  }

  dropKey(id: KeyId): void {
    this.#keyring.remove(id);
    this.record({ type: "key-removed", keyId: id });
  }

  keyView(id: KeyId): KeyView {
    const view = this.keyViews().find((key) => key.id === id);
    if (!view) throw unknownKey(id);
    return view;
  }

  keyViews(): KeyView[] {
    const now = this.clock.now();
    return this.store.keys.list().map((key, index) => {
      const { provider } = key;
      const endpoint = this.registry.isCustom(provider) ? this.registry.find(provider)?.baseUrl : undefined;
      const baseUrl = key.baseUrl ?? endpoint ?? null;
      const facts = { ...key, baseUrl, proxy: this.#keyring.shownProxyOf(key.id) };
      return keyView(this.state, facts, index + 1, now);
    });
  }

  modelOverrides(): ReadonlyMap<ModelKey, boolean> {
    const changed = this.store.models.list().filter((override) => override.enabled !== null);
    return new Map(changed.map(({ model, enabled }) => [model, enabled === true]));
  }

  /** Housekeeping from now on. */
  start(): void {
    this.#housekeeping.start();
    this.decisions.recorder.start();
    this.#prober.start();
  }

  close(): void {
    this.#prober.stop();
    this.tokenizer.close();
    this.#housekeeping.stop();
    this.decisions.recorder.stop();
    this.store.close();
  }

  async snapshot(): Promise<Snapshot> {
    const now = this.clock.now();
    return {
      schema: 1,
      seq: this.state.sequence,
      version: this.#version,
      startedAt: this.#startedAt,
      now,
      address: this.address,
      keys: this.keyViews(),
      models: modelViews(this, now),
      ...outlookViews(this.state, now),
      requests: this.store.history.recent(SHOWN_REQUESTS),
      totals: this.store.totals(),
    };
  }

  async analytics(range: AnalyticsRange): Promise<AnalyticsView> {
    return analyticsView(this.store.history, range, this.clock.now());
  }

  async execute(command: Command): Promise<CommandReply> {
    if (isKeyCommand(command)) return this.#keys.execute(command);
    if (isExplainCommand(command)) return this.decisions.execute(command);
    switch (command.type) {
      case "model-enable":
      case "model-disable":
      case "models-reorder":
      case "models-list":
      case "models-switch":
      case "models-pin":
      case "models-refresh":
      case "models-import":
      case "models-import-undo":
        return this.#models.execute(command);
      case "requests-list": {
        const { limit, failed = false, model = null, provider = null } = command;
        return { type: "requests", requests: this.store.history.find({ failed, model, provider }, limit) };
      }
      case "token-show":
        return { type: "token", token: this.token.show() };
      case "token-rotate":
        return { type: "token", token: this.token.rotate() };
      case "token-add":
        return { type: "token", token: this.token.add(command.name) };
      case "token-revoke":
        this.token.revoke(command.name);
        return { type: "token-names", names: this.token.names() };
      case "tokens-list":
        return { type: "token-names", names: this.token.names() };
    }
  }

  /** The state as the store remembers it. Nothing of this is appended to the journal again. */
  #restore(preferences: Preferences): void {
    const apply = (event: RouterEvent): void => this.decisions.recorder.restore(event);
    apply({ type: "preferences-set", preferences });
    restoreModels(this, this.modelOverrides(), apply);
    for (const key of this.store.keys.list()) {
      this.#keyring.set(key);
      apply({ type: "key-set", key: routedKey(key) });
    }
    const past = this.store.restore(this.#startedAt);
    for (const event of past.filter((one) => stillCounts(one, this.state, this.#startedAt))) apply(event);
    this.feed.sequence = this.state.sequence;
  }
}
