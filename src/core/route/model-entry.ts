/** One model at one provider: what is known of it, and what its calls have shown. */
import type { Archive } from "./archive.ts";
import type { ModelKey, RoutedModel, RoutedProvider } from "./event.ts";
import { Health } from "./health.ts";
import { Measured } from "./measured.ts";
import { Pace } from "./pace.ts";

/** What refusals told of a model's context window. */
export interface LearntWindow {
  /** In tokens, by the model's own word; null while it said nothing. */
  stated: number | null;
  /** The smallest prompt, in estimated tokens, that it called too long; Infinity while there was none. */
  refused: number;
}

function nothingLearnt(): LearntWindow {
  return { stated: null, refused: Number.POSITIVE_INFINITY };
}

/** Its own word counts more than what is documented; null where nobody knows. */
export function windowOf({ window, model }: Pick<ModelEntry, "window" | "model">): number | null {
  return window.stated ?? model.contextWindow;
}

interface Shown {
  health: Health;
  measured: Measured;
  pace: Pace;
  refusedParameters: Set<string>;
  window: LearntWindow;
}

/** Of hundreds of models few are ever called: what calls show is made when it is first asked for. */
export class ModelEntry {
  readonly key: ModelKey;
  model: RoutedModel;
  provider: RoutedProvider;
  /** When a call of any model of its provider last failed for no fault of the request; one object a provider. */
  readonly outage: { at: number };
  /** 0: not pinned; else a higher one goes first, whatever the strategy. */
  pin: number;
  #shown: Shown | null = null;

  constructor(
    key: ModelKey,
    model: RoutedModel,
    provider: RoutedProvider,
    outage: { at: number },
    pin: number,
  ) {
    this.key = key;
    this.model = model;
    this.provider = provider;
    this.outage = outage;
    this.pin = pin;
  }

  /** Whether anybody ever asked; otherwise there is nothing but defaults. */
  get isShown(): boolean {
    return this.#shown !== null;
  }

  get health(): Health {
    return this.#show().health;
  }

  get measured(): Measured {
    return this.#show().measured;
  }

  /** Of calls, whatever key they go by. */
  get pace(): Pace {
    return this.#show().pace;
  }

  /** Parameters that the provider refused for this model. */
  get refusedParameters(): Set<string> {
    return this.#show().refusedParameters;
  }

  get window(): LearntWindow {
    return this.#show().window;
  }

  archive(archive: Archive): void {
    if (!archive.value(this.#shown !== null)) return;
    const { health, measured, refusedParameters, window } = this.#show();
    health.archive(archive);
    measured.archive(archive);
    for (const parameter of archive.value([...refusedParameters])) refusedParameters.add(parameter);
    Object.assign(window, archive.value({ ...window }));
  }

  #show(): Shown {
    this.#shown ??= {
      health: new Health(),
      measured: new Measured(),
      pace: new Pace(true),
      refusedParameters: new Set(),
      window: nothingLearnt(),
    };
    return this.#shown;
  }
}
