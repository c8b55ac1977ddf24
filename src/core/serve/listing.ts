/** `GET /v1/models` from the routing state: every name that a client may use, and whether it would be served now. */
import { availability } from "../route/availability.ts";
import type { RoutedModel } from "../route/event.ts";
import type { DataUse } from "../route/limits.ts";
import type { RouterState } from "../route/state.ts";
import type { Target } from "../route/target.ts";
import { encodeModelList, type ListedModel } from "../surface/models.ts";

/**
 * `auto` first; then each upstream id once, which fails over between the providers that have it; then every
 * `provider/id`, which pins one. Only models with a key are listed.
 */
export function listModels(state: RouterState, now: number): ListedModel[] {
  const { catalogue } = state;
  const rows: ListedModel[] = [];
  const automatic = catalogue.resolve("auto");
  if (automatic.kind !== "unknown" && automatic.targets.length > 0) {
    rows.push(listed("auto", automatic.targets, now));
  }
  const pins: ListedModel[] = [];
  const seen = new Set<string>();
  for (const entry of catalogue.orderedModels()) {
    const pinned = catalogue.resolve(entry.key);
    if (pinned.kind === "unknown" || pinned.targets.length === 0) continue;
    pins.push(listed(entry.key, pinned.targets, now));
    if (seen.has(entry.model.id)) continue;
    seen.add(entry.model.id);
    const shared = catalogue.resolve(entry.model.id);
    if (shared.kind === "named") rows.push(listed(entry.model.id, shared.targets, now));
  }
  const names = new Set(rows.map((row) => row.id));
  return [...rows, ...pins.filter((pin) => !names.has(pin.id))];
}

/** A list this old is still true enough: what time alone changes in it, it changes by the second. */
const LISTED_MS = 250;

/** The list as JSON text. Some clients ask for it before every request: it is made anew when something has happened. */
export class ModelList {
  readonly #state: RouterState;
  #text = "";
  #sequence = -1;
  #at = Number.NEGATIVE_INFINITY;

  constructor(state: RouterState) {
    this.#state = state;
  }

  /** `now` in epoch milliseconds. */
  text(now: number): string {
    const { sequence } = this.#state;
    if (sequence !== this.#sequence || now < this.#at || now - this.#at > LISTED_MS) {
      this.#text = encodeModelList(listModels(this.#state, now));
      this.#sequence = sequence;
      this.#at = now;
    }
    return this.#text;
  }
}

/** One name, also one that has no key; undefined when it is unknown. */
export function findModel(state: RouterState, name: string, now: number): ListedModel | undefined {
  const resolution = state.catalogue.resolve(name);
  if (resolution.kind === "unknown") return undefined;
  const entry = state.catalogue.models.get(name);
  return listed(name, resolution.targets, now, entry?.model.provider);
}

function listed(id: string, targets: readonly Target[], now: number, owner = "freellm"): ListedModel {
  const { reason, until } = availability(targets, now);
  const models = [...new Set(targets.map((target) => target.model.model))];
  const providers = [...new Set(models.map((model) => model.provider))];
  const largest = (values: (number | null)[]): number | null =>
    values.reduce((best, value) => (value === null ? best : Math.max(best ?? 0, value)), null);
  return {
    id,
    ownedBy: providers.length === 1 ? (providers[0] ?? owner) : owner,
    created: 0,
    contextWindow: largest(models.map((model) => model.contextWindow)),
    maxOutputTokens: largest(models.map((model) => model.maxOutputTokens)),
    capabilities: {
      tools: models.some((model) => model.capabilities.tools),
      vision: models.some((model) => model.capabilities.vision),
      jsonSchema: models.some((model) => model.capabilities.jsonSchema),
      reasoning: models.some((model) => model.capabilities.reasoning),
    },
    dataUse: worstDataUse(models),
    available: reason === null,
    reason,
    until,
    providers,
  };
}

/** Whoever asks by this name may end at any of them. */
function worstDataUse(models: readonly RoutedModel[]): DataUse {
  const uses = new Set(models.map((model) => model.dataUse));
  if (uses.has("may_train")) return "may_train";
  return uses.size === 0 || uses.has("unknown") ? "unknown" : "no_training";
}
