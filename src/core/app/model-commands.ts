/** Switching models on and off, and ordering them. */
import { CommandError, type CommandReply, type ModelView } from "../command.ts";
import type { Clock } from "../ports.ts";
import type { ModelKey, RouterEvent } from "../route/event.ts";
import type { RouterState } from "../route/state.ts";
import type { Store } from "../store/store.ts";
import { modelViews } from "./views.ts";

/** What the commands work on: the application, seen from here. */
export interface ModelHost {
  readonly store: Store;
  readonly state: RouterState;
  readonly clock: Clock;
  record(event: RouterEvent): void;
}

export class ModelCommands {
  readonly #app: ModelHost;

  constructor(app: ModelHost) {
    this.#app = app;
  }

  enable(model: ModelKey, enabled: boolean): CommandReply {
    const app = this.#app;
    if (!app.state.catalogue.models.has(model)) throw unknownModel(model);
    app.store.models.setEnabled(model, enabled);
    app.record({ type: "model-enabled", model, enabled });
    const view = this.#views().find((row) => row.id === model);
    if (!view) throw unknownModel(model);
    return { type: "model", model: view };
  }

  reorder(first: readonly ModelKey[]): CommandReply {
    const app = this.#app;
    const known = app.state.catalogue.orderedModels().map(({ key }) => key);
    const wanted = new Set(first);
    for (const model of wanted) {
      if (!known.includes(model)) throw unknownModel(model);
    }
    const models = [...wanted, ...known.filter((model) => !wanted.has(model))];
    app.store.models.reorder(models);
    app.record({ type: "models-ordered", models });
    return { type: "models", models: this.#views() };
  }

  #views(): ModelView[] {
    return modelViews(this.#app.state, this.#app.clock.now());
  }
}

function unknownModel(model: ModelKey): CommandError {
  return new CommandError("unknown_model", `There is no model "${model}".`, "See: freellm models list");
}
