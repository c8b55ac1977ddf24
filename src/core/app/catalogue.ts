/**
 * An imported catalogue: what its signer says about models, limits and who is free. The schema is closed: there is no
 * place in it for an address, a header or a quirk, so that no catalogue can change where a call goes.
 */
import * as v from "valibot";
import type { DataUse, LimitSpec, ModelSpec, ProviderStatus } from "../provider.ts";

export type ImportedModel = Pick<ModelSpec, "id" | "asOf" | "source"> &
  Partial<Omit<ModelSpec, "id" | "asOf" | "source" | "unitCost">>;

export interface ImportedProvider {
  status?: ProviderStatus;
  statusNote?: string | null;
  dataUse?: DataUse;
  models: readonly ImportedModel[];
}

export interface ImportedCatalogue {
  /** Epoch milliseconds. */
  issued: number;
  providers: ReadonlyMap<string, ImportedProvider>;
}

const MAX_MODELS = 2_000;
/** Made when a document is read, which most starts have none of. */
function catalogueSchema() {
  const text = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
  const day = v.pipe(v.string(), v.isoDate());
  /** An id goes into bodies and, at some providers, into paths. */
  const modelId = v.pipe(
    v.string(),
    v.maxLength(200),
    v.regex(/^[A-Za-z0-9@][\w.:@+-]*(?:\/[\w.:@+-]+)*$/),
    v.check((id) => !id.split("/").some((part) => /^\.+$/.test(part))),
  );
  const whole = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1e12));
  const dataUse = v.picklist(["no_training", "may_train", "unknown"]);
  const zone = v.pipe(v.string(), v.maxLength(64), v.check(isTimeZone));

  const limitSchema = v.pipe(
    v.strictObject({
      scope: v.picklist(["key", "account", "ip"]),
      pool: v.nullable(text),
      metric: v.picklist(["requests", "tokens", "input_tokens", "concurrency"]),
      window: v.picklist(["second", "minute", "hour", "five_hours", "day", "week", "month"]),
      cap: whole,
      reset: v.optional(v.union([v.picklist(["sliding", "refill"]), v.strictObject({ zone })]), "sliding"),
    }),
    v.transform((limit): LimitSpec => ({ ...limit, source: "documented" })),
  );

  const modelSchema = v.pipe(
    v.strictObject({
      id: modelId,
      source: text,
      as_of: day,
      family: v.optional(text),
      name: v.optional(text),
      status: v.optional(v.picklist(["active", "promo", "unverified", "gated", "retired"])),
      context: v.optional(v.nullable(whole)),
      max_output: v.optional(v.nullable(whole)),
      capabilities: v.optional(
        v.strictObject({
          tools: v.boolean(),
          vision: v.boolean(),
          json_schema: v.boolean(),
          reasoning: v.boolean(),
        }),
      ),
      intelligence: v.optional(v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(100)))),
      speed: v.optional(v.nullable(v.picklist(["ultra", "fast", "normal", "slow"]))),
      data_use: v.optional(dataUse),
      aliases: v.optional(v.pipe(v.array(text), v.maxLength(20))),
      limits: v.optional(v.pipe(v.array(limitSchema), v.maxLength(20))),
    }),
    v.transform((row): ImportedModel => {
      const { as_of, context, max_output, capabilities, data_use, id, source, ...same } = row;
      return {
        ...present(same),
        ...present({ contextWindow: context, maxOutputTokens: max_output, dataUse: data_use }),
        ...(capabilities && { capabilities: abilities(capabilities) }),
        id,
        source,
        asOf: as_of,
      };
    }),
  );

  const providerSchema = v.pipe(
    v.strictObject({
      status: v.optional(v.picklist(["active", "limited", "paid", "retired"])),
      status_note: v.optional(v.nullable(text)),
      data_use: v.optional(dataUse),
      models: v.optional(v.pipe(v.array(modelSchema), v.maxLength(MAX_MODELS)), []),
    }),
    v.transform(
      ({ status, status_note, data_use, models }): ImportedProvider => ({
        ...present({ status, statusNote: status_note, dataUse: data_use }),
        models,
      }),
    ),
  );

  return v.strictObject({
    schema: v.literal(1),
    issued: v.pipe(v.string(), v.isoTimestamp()),
    providers: v.record(v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,40}$/)), providerSchema),
  });
}

/** Reads a document whose signature holds. The error is for a person and names the place. */
export function parseCatalogue(document: string): ImportedCatalogue | { error: string } {
  let value: unknown;
  try {
    value = JSON.parse(document);
  } catch {
    return { error: "It is not JSON." };
  }
  const parsed = v.safeParse(catalogueSchema(), value);
  if (parsed.success) {
    const { issued, providers } = parsed.output;
    return { issued: Date.parse(issued), providers: new Map(Object.entries(providers)) };
  }
  const issue = parsed.issues[0];
  const path = v.getDotPath(issue);
  return { error: `${path === null ? "" : `At ${path}: `}${issue.message}.` };
}

function abilities(row: { tools: boolean; vision: boolean; json_schema: boolean; reasoning: boolean }) {
  const { tools, vision, json_schema: jsonSchema, reasoning } = row;
  return { tools, vision, jsonSchema, reasoning };
}

/** Without what is undefined: it must not hide what is known already. */
function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
