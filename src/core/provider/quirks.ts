/** How the OpenAI dialect must bend for one provider. A closed record: data that the dialect reads, never a callback. */
export interface OpenAIQuirks {
  maxTokensField: "max_tokens" | "max_completion_tokens";
  /** Output limits that are sent, in tokens; null where there is none. */
  maxTokens: { whenMissing: number | null; least: number | null; most: number | null };
  seedField: "seed" | "random_seed";
  /** `fold` sends the developer role as system. */
  developerRole: "send" | "fold";
  /** `ask` sends stream_options.include_usage; `never` is for those that refuse it and report usage anyway. */
  streamUsage: "ask" | "never";
  /** `ignore` is for counts that are not tokens. */
  usage: "trust" | "ignore";
  /** `whole` asks unstreamed and re-emits. */
  streaming: "send" | "whole";
  /** How a demanded tool call is asked for: as it is, as `any`, or (a named one, too) left to the model. */
  toolChoiceRequired: "required" | "any" | "auto";
  /** A tool that is demanded by its name: by name, or as the only one on offer and then in the way of any. */
  toolChoiceNamed: "name" | "offer";
  /** `nine` maps every tool call id to exactly nine letters and digits, both ways, by a hash. */
  toolCallIds: "any" | "nine";
  parallelToolCalls: "send" | "drop" | "force_false";
  /** `plain` keeps only what every JSON schema reader takes: no references, unions or additionalProperties. */
  toolSchemas: "send" | "plain";
  /** What replays the model's thinking in the history; `drop` leaves it out. */
  reasoningHistory: "reasoning_content" | "reasoning" | "reasoning_details" | "drop";
  /** How an effort is asked for. */
  reasoningEffort:
    | "reasoning_effort"
    /** Only `none` and `high` exist. */
    | "none_or_high"
    /** `low`, `high` and `max` exist. */
    | "low_high_max"
    /** `none`, `low`, `medium`, `high` and `max` exist. */
    | "none_to_max"
    /** `{thinking: {type: "enabled" | "disabled"}}` */
    | "thinking_type"
    /** `enable_thinking` and `thinking_budget` */
    | "enable_thinking"
    | "drop";
  /** Text-only content arrays: sent as they are, or flattened to one string. */
  textContent: "parts" | "string";
  /** What stands where an assistant message has tool calls and no text. */
  missingContent: "null" | "empty_string";
  /** `name` on messages. */
  messageNames: "send" | "drop";
  /**
   * A JSON schema is sent, or reduced to plain JSON mode, or no `response_format` is sent at all; `schema_only` has no
   * plain mode, so that a schema of any object stands for it.
   */
  responseFormat: "schema" | "schema_only" | "object" | "drop";
  /** JSON modes together with streaming or tools: `whole` asks unstreamed and re-emits. */
  jsonModeStreaming: "send" | "whole";
  /** `array` also for one stop sequence. */
  stop: "send" | "array";
  /** Answers that consist of one of these words are leaked verdicts of a filter: treated as empty. */
  emptyAnswers: readonly string[];
  /** Thinking that nothing follows, where no tools were offered: an empty answer, or the answer in the wrong field. */
  reasoningOnly: "empty" | "answer";
  /** How an answer that broke off is continued: by instruction, or by the documented `prefix` of the last message. */
  continuation: "instruction" | "prefix";
  /** Idle connections break: each call opens its own. */
  freshConnections: boolean;
  /** Body fields (OpenAI names) that the provider refuses. */
  refusedFields: readonly string[];
  /** Models that refuse temperature 0: it is left out for them. */
  refusesZeroTemperature: readonly string[];
  /** Fixed headers, for example an application title. */
  headers: Readonly<Record<string, string>>;
}
