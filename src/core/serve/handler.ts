/** What stands in front of every request: guard, body and the error boundary. Chat is served from here, all else by the routes. */
import { type Problem, ProblemError } from "../chat/problem.ts";
import type { ChatRequest } from "../chat/request.ts";
import type { Surface } from "../surface/surface.ts";
import type { AdminOptions } from "./admin.ts";
import { ChatExchange } from "./chat.ts";
import { ClientLink } from "./client-link.ts";
import type { Gateway } from "./gateway.ts";
import { type Guard, type GuardedRequest, readBody, requestPath } from "./guard.ts";
import { problemResponse } from "./report.ts";
import { requestOptions } from "./request-options.ts";

/** What the socket server offers beside the request. */
export interface Connection {
  /** Lifts the idle timeout, once the request is authenticated and whole. */
  keepOpen(request: Request): void;
  peer(request: Request): string | null;
}

export interface HandlerOptions {
  gateway: Gateway;
  guard: Guard;
  /** Decodes `POST /v1/chat/completions` and shapes every error that no other surface claims. */
  openaiChat: Surface;
  admin: AdminOptions;
  connection: Connection;
  /** True while the server drains: new work is refused. */
  draining(): boolean;
}

const MAX_DEPTH = 64;
/** Watching a connection costs more than most short answers last; one that has left is noticed then all the same. */
const WATCH_CLIENT_AFTER_MS = 50;
/** Of nearly every request. */
export const CHAT_PATH = "/v1/chat/completions";
/** Requests that are served at once, and of them those that wait for a target. */
const MAX_IN_FLIGHT = 2_048;
const MAX_WAITING = 512;
const OVERLOADED: Readonly<Problem> = Object.freeze({
  kind: "overloaded",
  message: "Too many requests at once.",
  retryAfterSeconds: 1,
});

/** `path`: where the server has looked at the URL already, as reading it costs more than most of what follows. */
export type Handler = (request: Request, path?: string) => Promise<Response> | Response;

/** Answers every request; never rejects. */
export function createHandler(options: HandlerOptions): Handler {
  const { gateway, guard, openaiChat, connection } = options;

  const refuse = (problem: Problem): Response =>
    problemResponse(openaiChat, problem, { "x-request-id": gateway.newRequestId() });

  const bodyLimits = { maxBytes: gateway.limits.maxBodyBytes, maxDepth: MAX_DEPTH };
  let inFlight = 0;
  const failed = (error: unknown): Response => {
    if (error instanceof ProblemError) return refuse(error.problem);
    const text = error instanceof Error ? (error.stack ?? String(error)) : String(error);
    gateway.log.error("a request failed inside freellm", { error: text });
    return refuse({ kind: "internal", message: "freellm failed at this request; its log says why." });
  };

  /** Everything but chat. What it is made of is loaded when somebody asks for it. */
  let routes: ((request: Request) => Promise<Response> | Response) | null = null;
  async function openRoutes(request: Request): Promise<Response> {
    const { createRoutes } = await import("./routes.ts");
    const { admin, draining } = options;
    const served = { chatPath: CHAT_PATH, chat: (request: Request) => chat(request, openaiChat) };
    routes ??= createRoutes({ gateway, admin, draining, refuse, failed, ...served });
    return await routes(request);
  }

  /** Never rejects. */
  async function chat(request: Request, surface: Surface): Promise<Response> {
    if (options.draining()) {
      return refuse({ kind: "shutting_down", message: "freellm is shutting down.", retryAfterSeconds: 5 });
    }
    if (inFlight >= MAX_IN_FLIGHT) return refuse(OVERLOADED);
    try {
      const met = gateway.meetings.arrivals.point(inFlight);
      if (met !== null) await met;
      const { value, bytes } = await readBody(request, bodyLimits);
      return await begin(request, surface, surface.decode(value, bytes));
    } catch (error) {
      return failed(error);
    }
  }

  /** The request is whole, and asks for something that can be asked for. */
  function begin(request: Request, surface: Surface, chatRequest: ChatRequest): Promise<Response> {
    // Others may have begun while this one arrived.
    if (inFlight >= MAX_IN_FLIGHT) throw new ProblemError(OVERLOADED);
    connection.keepOpen(request);
    const { maxWaitMs, rescue } = gateway.limits;
    const isPrivate = gateway.state.catalogue.preferences.private;
    const asked = requestOptions(request.headers, { maxWaitMs, private: isPrivate, rescue });
    if (gateway.waiters.size >= MAX_WAITING) asked.patienceMs = 0;
    const client = new ClientLink();
    const watch = gateway.timers.after(WATCH_CLIENT_AFTER_MS, () => {
      if (request.signal.aborted) client.leave();
      else request.signal.addEventListener("abort", () => client.leave(), { once: true });
    });
    inFlight++;
    const ended = (): void => {
      watch.cancel();
      inFlight--;
    };
    return new ChatExchange(gateway, surface, chatRequest, asked, client, ended).respond();
  }

  return (request, path = requestPath(request.url)) => {
    const arrived = new Arrived(request, path, connection);
    const problem = guard.check(arrived);
    if (problem) return refuse(problem);
    // Nearly every request is one of these: they do not go through the router.
    if (arrived.path === CHAT_PATH && arrived.method === "POST") {
      return chat(request, openaiChat);
    }
    return routes === null ? openRoutes(request) : routes(request);
  };
}

/** A request as the guard looks at it. */
class Arrived implements GuardedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly #request: Request;
  readonly #connection: Connection;

  constructor(request: Request, path: string, connection: Connection) {
    this.method = request.method;
    this.path = path;
    this.headers = request.headers;
    this.#request = request;
    this.#connection = connection;
  }

  /** Only a wrong token asks for it. */
  get peer(): string | null {
    return this.#connection.peer(this.#request);
  }
}
