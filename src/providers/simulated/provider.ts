/**
 * One simulated OpenAI-compatible provider as a function from Request to Response. It enforces its caps, checks keys,
 * streams, and fails now and then, all under the clock, timers and random numbers that it is given.
 */
import { type ChatCall, compose, readCall } from "./answer.ts";
import { type Caller, CapBooks, type CapStatus } from "./caps.ts";
import type { FaultKind, SimulatedProfile, SimulatedWorld } from "./profile.ts";
import { streamBody, wholeBody } from "./reply.ts";
import { STYLES } from "./style/index.ts";
import type { ErrorReply } from "./style/style.ts";

/** What became of one chat call. */
export interface CallLog {
  /** Epoch milliseconds of arrival. */
  at: number;
  /** Last four characters of the key. */
  key: string;
  model: string;
  stream: boolean;
  /** `running` until it is over; `capped` was refused by a cap, `left` was dropped by the caller. */
  outcome: "running" | "answered" | "capped" | "refused" | "left" | FaultKind;
  /** null while nothing was answered. */
  status: number | null;
}

export interface SimulatedProvider {
  readonly profile: SimulatedProfile;
  /** Never rejects. Paths are looked at by their end, so any prefix such as `/v1` will do. */
  handle(request: Request): Promise<Response>;
  /** Chat calls, oldest first; only the latest 1,000 are kept. */
  readonly calls: readonly CallLog[];
  /** How often it was asked what is used. */
  readonly usageCalls: number;
}

const KEPT_CALLS = 1_000;

export function createSimulatedProvider(profile: SimulatedProfile, world: SimulatedWorld): SimulatedProvider {
  const style = STYLES[profile.style];
  const books = new CapBooks(profile.limits);
  const opening = [...profile.opening];
  const calls: CallLog[] = [];
  let answers = 0;
  let usageCalls = 0;
  /** What was told last, by account. */
  const told = new Map<string, { at: number; body: unknown }>();

  function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
    return new Response(JSON.stringify(body), {
      status,
      headers: { "content-type": "application/json", ...headers },
    });
  }
  const refuse = (reply: ErrorReply, headers: Record<string, string> = {}) =>
    json(reply.status, reply.body, { ...headers, ...reply.headers });

  function drawFault(): FaultKind | undefined {
    const planned = opening.shift();
    if (planned !== undefined) return planned;
    let draw = world.random.fraction();
    for (const kind of ["rate_limit", "server_error", "unavailable", "stall"] as const) {
      draw -= profile.faults[kind] ?? 0;
      if (draw < 0) return kind;
    }
    return undefined;
  }

  function faultReply(fault: FaultKind, caller: Caller): ErrorReply {
    switch (fault) {
      case "rate_limit":
        return style.busy(caller.model, books.status(caller, world.clock.now()));
      case "server_error":
        return style.serverError();
      case "unavailable":
        return style.unavailable();
      case "stall":
        return { status: 504, body: { error: { message: "upstream timed out", code: 504 } } };
    }
  }

  /** Resolves with true after the time, with false as soon as the caller leaves. */
  function stays(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = world.timers.after(milliseconds, () => {
        signal.removeEventListener("abort", leave);
        resolve(true);
      });
      function leave() {
        timer.cancel();
        resolve(false);
      }
      if (signal.aborted) leave();
      else signal.addEventListener("abort", leave, { once: true });
    });
  }

  function end(log: CallLog, caller: Caller | undefined, outcome: CallLog["outcome"], status: number | null) {
    log.outcome = outcome;
    log.status = status;
    if (caller !== undefined) books.release(caller);
  }

  async function chat(request: Request, secret: string, account: string): Promise<Response> {
    const call = readCall(await request.json().catch(() => undefined));
    if (typeof call === "string") return refuse(style.badRequest(call));
    const log: CallLog = {
      at: world.clock.now(),
      key: secret.slice(-4),
      model: call.model,
      stream: call.stream,
      outcome: "running",
      status: null,
    };
    calls.push(log);
    if (calls.length > KEPT_CALLS) calls.shift();
    if (!profile.models.some(({ id }) => id === call.model)) {
      const reply = style.unknownModel(call.model);
      end(log, undefined, "refused", reply.status);
      return refuse(reply);
    }
    return await admitted(call, { secret, account, model: call.model }, log, request.signal);
  }

  async function admitted(
    call: ChatCall,
    caller: Caller,
    log: CallLog,
    signal: AbortSignal,
  ): Promise<Response> {
    const answer = compose(call, profile.name);
    const headers = () => style.headers(books.status(caller, world.clock.now()));
    const fault = drawFault();
    if (fault === undefined || profile.failedCallsCount) {
      const refusal = books.admit(caller, answer.usage.total_tokens, log.at);
      if (refusal !== undefined) {
        const reply = style.overCap(refusal, call.model, log.at);
        end(log, undefined, "capped", reply.status);
        return refuse(reply, headers());
      }
    }
    const counted = fault === undefined || profile.failedCallsCount ? caller : undefined;
    if (!(await stays(fault === "stall" ? profile.stallMs : profile.firstTokenMs, signal))) {
      end(log, counted, "left", null);
      return json(499, { error: { message: "the caller left" } });
    }
    if (fault !== undefined) {
      const reply = faultReply(fault, caller);
      end(log, counted, fault, reply.status);
      return refuse(reply, headers());
    }
    answers++;
    const identity = {
      id: `chatcmpl-${profile.id}-${String(answers).padStart(8, "0")}`,
      created: Math.floor(world.clock.now() / 1_000),
      model: call.model,
    };
    if (!call.stream) {
      end(log, caller, "answered", 200);
      return json(200, wholeBody(answer, identity), headers());
    }
    log.status = 200;
    const body = streamBody(answer, identity, style, call, profile, world, (complete) =>
      end(log, caller, complete ? "answered" : "left", 200),
    );
    return new Response(body, { headers: { "content-type": "text/event-stream", ...headers() } });
  }

  /** Counts against no cap, and is as old as the provider's cache. */
  function usage(secret: string, account: string, body: (status: readonly CapStatus[]) => unknown): Response {
    usageCalls++;
    const now = world.clock.now();
    let known = told.get(account);
    if (known === undefined || now - known.at >= (profile.usageLagMs ?? 0)) {
      known = {
        at: now,
        body: body(books.status({ secret, account, model: profile.models[0]?.id ?? "" }, now)),
      };
      told.set(account, known);
    }
    return json(200, known.body);
  }

  return {
    profile,
    calls,
    get usageCalls() {
      return usageCalls;
    },
    async handle(request) {
      const path = pathOf(request.url);
      const secret = /^bearer\s+(.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
      const key = profile.keys.find((candidate) => candidate.secret === secret);
      if (key === undefined) return refuse(style.unauthorized());
      if (request.method === "GET" && path.endsWith("/models")) return json(200, modelList(profile));
      if (request.method === "GET" && style.usage && path.endsWith(style.usage.path)) {
        return usage(key.secret, key.account, style.usage.body);
      }
      if (request.method === "POST" && path.endsWith("/chat/completions")) {
        return await chat(request, key.secret, key.account);
      }
      return json(404, { error: { message: `nothing at ${path}`, type: "invalid_request_error" } });
    },
  };
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : "/";
}

function modelList(profile: SimulatedProfile) {
  return {
    object: "list",
    data: profile.models.map(({ id, contextWindow }) => ({
      id,
      object: "model",
      created: 1_790_000_000,
      owned_by: profile.id,
      active: true,
      context_window: contextWindow,
    })),
  };
}
