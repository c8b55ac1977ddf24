/** Encoders of `GET /v1/models` and `GET /v1/models/{id}` in the OpenAI shape, with what an agent needs to choose on top. */

export interface ListedModel {
  id: string;
  ownedBy: string;
  /** Epoch seconds; 0 when nobody knows. */
  created: number;
  contextWindow: number | null;
  maxOutputTokens: number | null;
  capabilities: { tools: boolean; vision: boolean; jsonSchema: boolean; reasoning: boolean };
  /** The worst of those that may serve it. */
  dataUse: "no_training" | "may_train" | "unknown";
  /** Whether a request for it would be routed right now. */
  available: boolean;
  /** Why not, in words for a person; null when it is available. */
  reason: string | null;
  /** Epoch milliseconds at which it becomes available by itself; null when that is unknown or it is available. */
  until: number | null;
  /** Ids of the providers that serve it. */
  providers: readonly string[];
}

/** The list as JSON text. */
export function encodeModelList(models: readonly ListedModel[]): string {
  return JSON.stringify({ object: "list", data: models.map(entry) });
}

/** One model as JSON text. */
export function encodeModel(model: ListedModel): string {
  return JSON.stringify(entry(model));
}

function entry(model: ListedModel) {
  return {
    id: model.id,
    object: "model",
    created: model.created,
    owned_by: model.ownedBy,
    context_length: model.contextWindow,
    max_output_tokens: model.maxOutputTokens,
    capabilities: {
      tools: model.capabilities.tools,
      vision: model.capabilities.vision,
      json_schema: model.capabilities.jsonSchema,
      reasoning: model.capabilities.reasoning,
    },
    data_use: model.dataUse,
    available: model.available,
    unavailable_reason: model.reason,
    available_at: model.until === null ? null : new Date(model.until).toISOString(),
    providers: model.providers,
  };
}
