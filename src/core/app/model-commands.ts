/** Switching models on and off, pinning and ordering them. */
import { type Command, CommandError, type CommandReply, type ModelView } from "../command.ts";
import { type ModelKey, modelKey, type RouterEvent } from "../route/event.ts";
import type { ModelHost } from "./model-host.ts";
import { type ImportHost, ModelImport } from "./model-import.ts";
import { ModelRefresh, type RefreshHost } from "./model-refresh.ts";
import { selectModels } from "./model-select.ts";
import { modelViews, shelvedViews } from "./model-views.ts";
import { mayCost, partsOf, providerEvent } from "./registry.ts";

export type ModelCommand = Extract<Command, { type: `model${string}` }>;

/** So many are named in an error. */
const NAMED = 3;

export class ModelCommands {
  readonly #app: ModelHost;
  readonly #refresh: ModelRefresh;
  readonly #import: ModelImport;

  constructor(app: RefreshHost & ImportHost) {
    this.#app = app;
    this.#refresh = new ModelRefresh(app);
    this.#import = new ModelImport(app);
  }

  async execute(command: ModelCommand): Promise<CommandReply> {
    switch (command.type) {
      case "model-enable":
        return this.#one(command.model, true, command.mayCost === true);
      case "model-disable":
        return this.#one(command.model, false, false);
      case "models-list":
        return { type: "models", models: this.#views() };
      case "models-switch":
        return this.#switchAll(command.models, command.enabled, command.mayCost === true);
      case "models-reorder":
        return this.#reorder(command.models);
      case "models-pin":
        return this.#pin(command.models, command.pinned);
      case "models-refresh":
        return this.#refresh.run(command.provider, command.apply);
      case "models-import":
        return this.#import.run(command);
      case "models-import-undo":
        return this.#import.undo();
    }
  }

  #one(model: ModelKey, enabled: boolean, costAccepted: boolean): CommandReply {
    const app = this.#app;
    const known = app.registry.model(model) !== undefined || app.modelOverrides().has(model);
    const [view] = known ? this.#switch([model], enabled, costAccepted) : [];
    if (view) return { type: "model", model: view };
    throw new CommandError("unknown_model", `There is no model "${model}".`, "See: freellm models list");
  }

  #switchAll(words: readonly string[], enabled: boolean | null, costAccepted: boolean): CommandReply {
    return { type: "models", models: this.#switch(selectModels(this.#app, words), enabled, costAccepted) };
  }

  #reorder(words: readonly string[]): CommandReply {
    const app = this.#app;
    const given = selectModels(app, words);
    const present = app.state.catalogue.orderedModels().map(({ key }) => key);
    // Those that are gone for now keep a place, too.
    const before = app.store.models
      .list()
      .flatMap(({ model, position }) => (position === null ? [] : [model]));
    const models = [...new Set([...given, ...present, ...before])];
    app.store.models.reorder(models);
    app.record({ type: "models-ordered", models });
    return this.#routed();
  }

  /** Models pinned now go before those that were. */
  #pin(words: readonly string[], pinned: boolean): CommandReply {
    const app = this.#app;
    const before = app.store.models.pins();
    const taken = new Set(
      words.flatMap((word) => (before.includes(word) ? [word] : selectModels(app, [word]))),
    );
    const others = before.filter((model) => !taken.has(model));
    const models = pinned ? [...taken, ...others] : others;
    app.store.models.setPins(models);
    app.record({ type: "models-pinned", models });
    return this.#routed();
  }

  #routed(): CommandReply {
    return { type: "models", models: modelViews(this.#app, this.#app.clock.now()) };
  }

  #views(): ModelView[] {
    return [...modelViews(this.#app, this.#app.clock.now()), ...shelvedViews(this.#app)];
  }

  #switch(models: readonly ModelKey[], enabled: boolean | null, costAccepted: boolean): ModelView[] {
    const app = this.#app;
    if (enabled === true && !costAccepted) this.#refuseCost(models);
    app.store.change(() => {
      for (const model of models) app.store.models.setEnabled(model, enabled);
    });
    const overrides = app.modelOverrides();
    for (const id of new Set(models.map((model) => partsOf(model).provider))) {
      const provider = app.registry.find(id);
      if (!provider) continue;
      const event = providerEvent(provider, overrides);
      if (event.type === "provider-set" && this.#offersOthers(id, event.models)) app.record(event);
      else this.#recordSwitches(event, models);
    }
    const views = new Map(this.#views().map((view) => [view.id, view]));
    return models.flatMap((model) => views.get(model) ?? []);
  }

  #offersOthers(provider: string, models: readonly { id: string }[]): boolean {
    const present = [...this.#app.state.catalogue.models.values()].filter(
      ({ model }) => model.provider === provider,
    );
    const known = this.#app.state.catalogue.models;
    return present.length !== models.length || models.some(({ id }) => !known.has(modelKey(provider, id)));
  }

  #recordSwitches(event: RouterEvent, chosen: readonly ModelKey[]): void {
    if (event.type !== "provider-set") return;
    for (const { provider, id, enabled } of event.models) {
      const model = modelKey(provider, id);
      const isChange = this.#app.state.catalogue.models.get(model)?.model.enabled !== enabled;
      if (isChange && chosen.includes(model)) this.#app.record({ type: "model-enabled", model, enabled });
    }
  }

  #refuseCost(models: readonly ModelKey[]): void {
    const overrides = this.#app.modelOverrides();
    const costly = models.filter((key) => {
      const known = this.#app.registry.model(key);
      return known && overrides.get(key) !== true && mayCost(known.provider, known.model.status);
    });
    if (costly.length === 0) return;
    const more = costly.length > NAMED ? ` and ${costly.length - NAMED} more` : "";
    throw new CommandError(
      "may_cost",
      `Calls may cost money: ${costly.slice(0, NAMED).join(", ")}${more}.`,
      "If that is meant, add --yes.",
    );
  }
}
