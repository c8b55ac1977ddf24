/** An endpoint of the user's own, as a command leaves it. */
import { type Command, CommandError } from "../../command.ts";
import type { CustomEndpoint } from "../../provider.ts";
import { limitSpecs, mergeModels, modelsOf, providerIdOf } from "../endpoint.ts";
import { discoverModels } from "../model-listing.ts";
import type { ProbePorts } from "../probe.ts";
import type { KeyHost } from "./host.ts";

export type AddCommand = Extract<Command, { type: "key-add" }>;

/**
 * A new endpoint, or a known one with what the command adds. Asks it for its models, by `ports`, where none are named.
 * Throws CommandError.
 */
export async function endpointAfter(
  app: KeyHost,
  ports: ProbePorts,
  command: AddCommand,
  baseUrl: string | null,
  secret: string | null,
): Promise<CustomEndpoint> {
  if (baseUrl === null) {
    throw new CommandError(
      "base_url_missing",
      "A custom endpoint needs a base URL.",
      "Add --base-url URL",
      true,
    );
  }
  const known = app.store.endpoints.list().find((endpoint) => endpoint.baseUrl === baseUrl);
  const id = known?.id ?? providerIdOf(command.name ?? new URL(baseUrl).host);
  if (!known && (id === "" || id === "custom" || id === "auto" || app.registry.find(id))) {
    throw new CommandError(
      "name_taken",
      `The name "${command.name ?? id}" is taken.`,
      "Choose another with --name",
      true,
    );
  }
  const named = await namedModels(command, known, () =>
    discoverModels(ports, app.providers.custom({ id, name: id, baseUrl, models: [] }), secret),
  );
  return {
    id,
    name: known?.name ?? command.name ?? id,
    baseUrl,
    models: mergeModels(known?.models ?? [], named),
  };
}

async function namedModels(
  command: AddCommand,
  known: CustomEndpoint | undefined,
  discover: () => Promise<{ id: string; contextWindow: number | null }[]>,
): Promise<CustomEndpoint["models"]> {
  if (command.modelGroups !== undefined && command.modelGroups.length > 0) {
    return command.modelGroups.flatMap(modelsOf);
  }
  const limited = command.limits !== undefined || command.context !== undefined;
  let found: { id: string; contextWindow: number | null }[];
  if (command.models !== undefined && command.models.length > 0) {
    found = [...new Set(command.models)].map((model) => ({ id: model, contextWindow: null }));
  } else if (known) {
    if (!limited) return [];
    found = [...known.models];
  } else {
    found = await discover();
  }
  const limits = limitSpecs(
    command.limits ?? {},
    found.map((model) => model.id),
  );
  return found.map((model) => ({
    id: model.id,
    contextWindow: command.context ?? model.contextWindow,
    limits,
  }));
}

export function rejectCustomOptions(command: AddCommand): void {
  const given = (["name", "models", "context", "limits", "modelGroups"] as const).filter(
    (option) => command[option] !== undefined,
  );
  if (given.length === 0) return;
  throw new CommandError(
    "option_for_custom",
    `${given.map((option) => `--${option === "models" ? "model" : option}`).join(", ")} belongs to custom endpoints.`,
    "freellm keys add custom --base-url URL ...",
    true,
  );
}
