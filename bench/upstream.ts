/**
 * A provider that costs next to nothing: fixed answers, no checks. `bun bench/upstream.ts PORT`.
 * The prompt says how to stream: `chunks=40 every=100` is 40 content chunks, one every 100 ms (0: all at once).
 * A base URL with `/failing-N/` answers every call with an error that asks for another provider.
 */
const encoder = new TextEncoder();
const JSON_HEADERS = { "content-type": "application/json" };

const WHOLE = JSON.stringify({
  id: "chatcmpl-bench",
  object: "chat.completion",
  created: 1_790_000_000,
  model: "bench-model",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "The quick brown fox jumps over the lazy dog. ".repeat(4) },
      finish_reason: "stop",
    },
  ],
  usage: { prompt_tokens: 20, completion_tokens: 40, total_tokens: 60 },
});
const MODELS = JSON.stringify({
  object: "list",
  data: [{ id: "bench-model", object: "model", owned_by: "bench" }],
});
/** The failure that asks for another target and rests nobody, so that every request hops again. */
const REFUSAL = JSON.stringify({
  error: {
    message: "Failed to call a function.",
    type: "invalid_request_error",
    code: "tool_use_failed",
    failed_generation: "",
  },
});

function chunk(delta: Record<string, unknown>, finish: string | null, usage?: unknown): Uint8Array {
  const body = {
    id: "chatcmpl-bench",
    object: "chat.completion.chunk",
    created: 1_790_000_000,
    model: "bench-model",
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...(usage === undefined ? {} : { usage }),
  };
  return encoder.encode(`data: ${JSON.stringify(body)}\n\n`);
}
const ROLE = chunk({ role: "assistant", content: "" }, null);
const WORD = chunk({ content: " some words" }, null);
const FINISH = chunk({}, "stop", { prompt_tokens: 20, completion_tokens: 40, total_tokens: 60 });
const DONE = encoder.encode("data: [DONE]\n\n");

function stream(count: number, everyMs: number): ReadableStream<Uint8Array> {
  let timer: Timer | undefined;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      let left = count;
      controller.enqueue(ROLE);
      const step = () => {
        if (left-- > 0) {
          controller.enqueue(WORD);
          return true;
        }
        clearInterval(timer);
        controller.enqueue(FINISH);
        controller.enqueue(DONE);
        controller.close();
        return false;
      };
      if (everyMs === 0) while (step());
      else timer = setInterval(step, everyMs);
    },
    cancel() {
      clearInterval(timer);
    },
  });
}

Bun.serve({
  hostname: "127.0.0.1",
  port: Number(process.argv[2]),
  idleTimeout: 0,
  async fetch(request) {
    const path = request.url.slice(request.url.indexOf("/", 8));
    if (request.method === "GET") return new Response(MODELS, { headers: JSON_HEADERS });
    const body = await request.text();
    if (path.startsWith("/failing-")) return new Response(REFUSAL, { status: 400, headers: JSON_HEADERS });
    const plan = /chunks=(\d+) every=(\d+)/.exec(body);
    if (plan === null) return new Response(WHOLE, { headers: JSON_HEADERS });
    return new Response(stream(Number(plan[1]), Number(plan[2])), {
      headers: { "content-type": "text/event-stream" },
    });
  },
});
