/** The running server as the dashboard needs it: state, commands, events as they happen, and answers. */
import type { IncomingMessage } from "node:http";
import { SseReader } from "../../core/chat/sse.ts";
import { CommandError } from "../../core/command.ts";
import type { AskEvent, AskOptions, NumberedEvent, Server } from "../../tui/source.ts";
import { GapError } from "../../tui/source.ts";
import { bodyText, call } from "../http.ts";
import { ServerClient } from "../server-client.ts";
import { hopInWords, hopsOf } from "../trail.ts";

const HEADERS_MS = 10_000;
/** The server says something every ten seconds. */
const SILENCE_MS = 30_000;
const ANSWER_MS = 120_000;

/** Where a server is, and what it takes to be let in. */
export interface Target {
  url: string;
  token: string;
}

/**
 * `locate` is asked again after every failure: a server that was started anew may listen elsewhere, and has another
 * token. Its errors say in words why there is none.
 */
export function dashServer(locate: () => Promise<Target>): Server {
  let known: Target | null = null;
  const target = async (): Promise<Target> => {
    known ??= await locate();
    return known;
  };
  const withClient = async <T>(work: (client: ServerClient, target: Target) => Promise<T>): Promise<T> => {
    const found = await target();
    try {
      return await work(new ServerClient(found.url, found.token), found);
    } catch (error) {
      known = null;
      throw error;
    }
  };
  return {
    snapshot: () => withClient((client) => client.snapshot()),
    analytics: (range) => withClient((client) => client.analytics(range)),
    execute: (command) => withClient((client) => client.execute(command)),
    async *events(sequence, signal) {
      const { url, token } = await target();
      try {
        yield* follow(`${url}/admin/events?after=${sequence}`, token, signal);
      } finally {
        known = null;
      }
    },
    async *ask(options) {
      const { url, token } = await target();
      yield* ask(url, new ServerClient(url, token), options);
    },
  };
}

/** A connection that lasted so long was good. */
const GOOD_MS = 1_000;

/**
 * The events after `after`, also over breaks: where a good connection broke, because the machine slept or this program was
 * suspended, it is taken up again. Ends when the server does. Throws GapError.
 */
export async function* lastingEvents(
  server: Pick<Server, "events">,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<NumberedEvent[]> {
  let sequence = after;
  for (;;) {
    const since = performance.now();
    try {
      for await (const entries of server.events(sequence, signal)) {
        sequence = entries.at(-1)?.sequence ?? sequence;
        yield entries;
      }
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof GapError || performance.now() - since < GOOD_MS) throw error;
    }
  }
}

async function* follow(url: string, token: string, signal: AbortSignal): AsyncGenerator<NumberedEvent[]> {
  const reply = await call({ url, method: "GET", token, timeoutMs: HEADERS_MS, signal });
  if (reply.statusCode !== 200) {
    reply.resume();
    if (reply.statusCode === 410) throw new GapError("events were missed");
    throw new CommandError("bad_reply", `the server answered with HTTP ${reply.statusCode}`);
  }
  const reader = new SseReader();
  for await (const bytes of chunksOf(reply, signal)) {
    yield reader.push(bytes).flatMap(({ data }) => eventsIn(data));
  }
}

/** The admin API is ours: what is no event is left out, and a newer server's kinds of events with it. */
function eventsIn(data: string): NumberedEvent[] {
  try {
    const entry = JSON.parse(data) as NumberedEvent;
    return Number.isInteger(entry.sequence) && typeof entry.event?.type === "string" ? [entry] : [];
  } catch {
    return [];
  }
}

/** What comes, until the end, the signal, or too long a silence. */
async function* chunksOf(reply: IncomingMessage, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const end = (): void => void reply.destroy();
  let silence = setTimeout(end, SILENCE_MS);
  signal.addEventListener("abort", end, { once: true });
  try {
    for await (const bytes of reply) {
      clearTimeout(silence);
      silence = setTimeout(end, SILENCE_MS);
      yield bytes as Uint8Array;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    clearTimeout(silence);
    signal.removeEventListener("abort", end);
    reply.destroy();
  }
}

interface Chunk {
  choices?: { delta?: { content?: string | null; reasoning_content?: string | null } }[];
  error?: { message?: string };
}

async function* ask(
  url: string,
  client: ServerClient,
  { model, prompt, signal }: AskOptions,
): AsyncGenerator<AskEvent> {
  const shown = await client.execute({ type: "token-show" });
  if (shown.type !== "token") throw new CommandError("bad_reply", "the server does not tell its token");
  const body = { model, stream: true, messages: [{ role: "user", content: prompt }] };
  const { token } = shown;
  const reply = await call({
    ...{ url: `${url}/v1/chat/completions`, method: "POST", token, body, timeoutMs: ANSWER_MS, signal },
  });
  if (signal.aborted) return void reply.destroy();
  const headers = (name: string): string => [reply.headers[name] ?? ""].flat().join("; ");
  yield {
    ...{ type: "head", servedBy: headers("x-routed-via"), requestId: headers("x-request-id") },
    trail: hopsOf(headers("x-fallback-trail")).map(hopInWords),
  };
  if (reply.statusCode !== 200) throw refused(await bodyText(reply), reply.statusCode);
  const reader = new SseReader();
  for await (const bytes of chunksOf(reply, signal)) {
    for (const { data } of reader.push(bytes)) {
      if (data === "[DONE]") return;
      const chunk = JSON.parse(data) as Chunk;
      if (chunk.error) throw new CommandError("no_answer", chunk.error.message ?? "the answer broke off");
      const text = chunk.choices?.[0]?.delta?.content;
      if (text) yield { type: "text", text };
    }
  }
}

function refused(text: string, status: number | undefined): CommandError {
  try {
    const { error } = JSON.parse(text) as Chunk;
    return new CommandError("no_answer", `HTTP ${status}: ${error?.message ?? text.slice(0, 300)}`);
  } catch {
    return new CommandError("no_answer", `HTTP ${status}: ${text.slice(0, 300)}`);
  }
}
