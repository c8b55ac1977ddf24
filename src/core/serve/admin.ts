/** The admin API: the whole state, the events since, and commands. Its own token guards it; nothing here shows a secret but the unified token when asked for. */
import { Hono } from "hono";
import * as v from "valibot";
import { writeComment, writeEvent } from "../chat/sse.ts";
import { type Admin, type Command, CommandError } from "../command.ts";
import type { Feed } from "./feed.ts";
import type { Gateway } from "./gateway.ts";
import { readBody } from "./guard.ts";

export interface AdminOptions {
  admin: Admin;
  feed: Feed;
}

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const MAX_CHECKED = 1_000;
const MAX_LISTED = 10_000;

const limits = v.strictObject({
  rpm: v.optional(count),
  rpd: v.optional(count),
  tpm: v.optional(count),
  tpd: v.optional(count),
  concurrency: v.optional(count),
});
const modelGroup = v.strictObject({
  models: v.array(v.strictObject({ id: text, context: v.nullable(count) })),
  limits,
});

const commandSchema = v.variant("type", [
  v.strictObject({
    type: v.literal("key-add"),
    provider: text,
    secret: v.nullable(text),
    label: v.optional(text),
    account: v.optional(text),
    baseUrl: v.optional(text),
    name: v.optional(text),
    models: v.optional(v.array(text)),
    context: v.optional(count),
    limits: v.optional(limits),
    modelGroups: v.optional(v.array(modelGroup)),
    proxy: v.optional(text),
    disabled: v.optional(v.boolean()),
    test: v.optional(v.boolean()),
  }),
  v.strictObject({
    type: v.literal("key-edit"),
    id: text,
    label: v.optional(v.nullable(text)),
    account: v.optional(v.nullable(text)),
    baseUrl: v.optional(v.nullable(text)),
    proxy: v.optional(v.nullable(text)),
  }),
  v.strictObject({
    type: v.literal("key-rotate"),
    id: text,
    secret: text,
    test: v.optional(v.boolean()),
  }),
  v.strictObject({
    type: v.literal("keys-check"),
    keys: v.pipe(
      v.array(v.strictObject({ provider: text, secret: v.nullable(text), baseUrl: v.optional(text) })),
      v.maxLength(MAX_CHECKED),
    ),
  }),
  v.strictObject({ type: v.literal("keys-sealed"), ids: v.nullable(v.array(text)) }),
  v.strictObject({ type: v.literal("key-remove"), id: text }),
  v.strictObject({ type: v.literal("keys-reorder"), ids: v.array(text) }),
  v.strictObject({ type: v.literal("key-enable"), id: text }),
  v.strictObject({ type: v.literal("key-disable"), id: text }),
  v.strictObject({ type: v.literal("key-clear"), id: text }),
  v.strictObject({ type: v.literal("key-test"), id: v.nullable(text) }),
  v.strictObject({ type: v.literal("model-enable"), model: text, mayCost: v.optional(v.boolean()) }),
  v.strictObject({ type: v.literal("model-disable"), model: text }),
  v.strictObject({ type: v.literal("models-reorder"), models: v.array(text) }),
  v.strictObject({ type: v.literal("models-list") }),
  v.strictObject({
    type: v.literal("models-switch"),
    models: v.array(text),
    enabled: v.nullable(v.boolean()),
    mayCost: v.optional(v.boolean()),
  }),
  v.strictObject({ type: v.literal("models-pin"), models: v.array(text), pinned: v.boolean() }),
  v.strictObject({ type: v.literal("models-refresh"), provider: v.nullable(text), apply: v.boolean() }),
  v.strictObject({
    type: v.literal("models-import"),
    document: v.optional(v.string()),
    url: v.optional(text),
    signature: v.optional(text),
    key: v.optional(text),
    apply: v.boolean(),
  }),
  v.strictObject({ type: v.literal("models-import-undo") }),
  v.strictObject({
    type: v.literal("requests-list"),
    limit: v.pipe(count, v.maxValue(MAX_LISTED)),
    failed: v.optional(v.boolean()),
    model: v.optional(text),
    provider: v.optional(text),
  }),
  v.strictObject({
    type: v.literal("explain"),
    id: v.nullable(text),
    full: v.optional(v.boolean()),
    replay: v.optional(v.boolean()),
    whatIf: v.optional(text),
  }),
  v.strictObject({
    type: v.literal("explain-plan"),
    request: v.strictObject({
      model: text,
      tools: v.optional(v.boolean()),
      vision: v.optional(v.boolean()),
      jsonSchema: v.optional(v.boolean()),
      private: v.optional(v.boolean()),
      inputTokens: v.optional(count),
      outputTokens: v.optional(count),
    }),
  }),
  v.strictObject({ type: v.literal("token-show") }),
  v.strictObject({ type: v.literal("token-rotate") }),
  v.strictObject({ type: v.literal("token-add"), name: v.string() }),
  v.strictObject({ type: v.literal("token-revoke"), name: v.string() }),
  v.strictObject({ type: v.literal("tokens-list") }),
]);

const rangeSchema = v.picklist(["1h", "24h", "7d", "30d", "90d"]);

const MAX_COMMAND_BYTES = 1024 * 1024;
const HEARTBEAT_MS = 10_000;

export function adminRoutes({ admin, feed }: AdminOptions, gateway: Gateway): Hono {
  const routes = new Hono();

  routes.get("/state", async (context) => {
    feed.follow();
    return context.json(await admin.snapshot());
  });

  routes.get("/analytics", async (context) => {
    const range = v.safeParse(rangeSchema, context.req.query("range") ?? "24h");
    if (range.success) return context.json(await admin.analytics(range.output));
    const message = `The range is not valid: use one of ${rangeSchema.options.join(", ")}.`;
    return context.json(failure("invalid_range", message, null), 400);
  });

  routes.post("/commands", async (context) => {
    const { value } = await readBody(context.req.raw, { maxBytes: MAX_COMMAND_BYTES, maxDepth: 8 });
    const parsed = v.safeParse(commandSchema, value);
    if (!parsed.success) {
      const issue = parsed.issues[0];
      const path = v.getDotPath(issue);
      const message = `The command is not valid${path === null ? "" : ` at "${path}"`}.`;
      return context.json(failure("invalid_command", message, null), 400);
    }
    try {
      const reply = await admin.execute(parsed.output as Command);
      return context.json({ schema: 1, ...reply });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      return context.json(failure(error.code, error.message, error.hint), error.usage ? 400 : 409);
    }
  });

  routes.get("/events", (context) => {
    const after = Number(context.req.query("after") ?? feed.sequence);
    if (!feed.reaches(after)) {
      return context.json(failure("gap", "These events are gone: take the state again.", null), 410);
    }
    feed.follow();
    return new Response(eventStream(feed, after, gateway), {
      headers: { "content-type": "text/event-stream", "cache-control": "no-cache" },
    });
  });

  return routes;
}

function failure(code: string, message: string, hint: string | null) {
  return { schema: 1, error: { code, message, hint } };
}

/** Events from `after` on; pull only, so that a slow reader costs no memory: it is cut off when it falls behind the feed. */
function eventStream(feed: Feed, after: number, gateway: Gateway): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let position = after;
  let stop: (() => void) | null = null;
  let isOpen = false;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        // The headers leave with the first bytes: whoever follows a quiet server must not wait for them.
        if (!isOpen) {
          isOpen = true;
          controller.enqueue(encoder.encode(writeComment("open")));
          return;
        }
        for (;;) {
          if (feed.closed || !feed.reaches(position)) {
            controller.close();
            return;
          }
          const entries = feed.since(position);
          if (entries.length > 0) {
            position = entries.at(-1)?.sequence ?? position;
            const frames = entries.map((entry) => writeEvent(JSON.stringify(entry), entry.event.type));
            controller.enqueue(encoder.encode(frames.join("")));
            return;
          }
          const timedOut = await new Promise<boolean>((resolve) => {
            const timer = gateway.timers.after(HEARTBEAT_MS, () => resolve(true));
            const unsubscribe = feed.onNext(() => resolve(false));
            stop = () => {
              timer.cancel();
              unsubscribe();
            };
          });
          (stop as (() => void) | null)?.();
          if (timedOut) {
            controller.enqueue(encoder.encode(writeComment("quiet")));
            return;
          }
        }
      },
      cancel() {
        stop?.();
      },
    },
    { highWaterMark: 0 },
  );
}
