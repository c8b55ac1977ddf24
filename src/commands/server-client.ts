/** Commands carried out by the running server. */
import {
  type Admin,
  type AnalyticsRange,
  type AnalyticsView,
  type Command,
  CommandError,
  type CommandReply,
  type Snapshot,
} from "../core/command.ts";
import { bodyText, call } from "./http.ts";

/** Testing every key asks every provider. */
const COMMAND_MS = 120_000;
const HEALTH_MS = 2_000;

/** Whether a freellm server answers at `url`. */
export async function answers(url: string): Promise<boolean> {
  try {
    const reply = await call({ url: `${url}/healthz`, method: "GET", timeoutMs: HEALTH_MS });
    reply.resume();
    return reply.statusCode === 200;
  } catch {
    return false;
  }
}

export class ServerClient implements Admin {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  async snapshot(): Promise<Snapshot> {
    return (await this.#ask("GET", "/admin/state")) as Snapshot;
  }

  async analytics(range: AnalyticsRange): Promise<AnalyticsView> {
    return (await this.#ask("GET", `/admin/analytics?range=${range}`)) as AnalyticsView;
  }

  async execute(command: Command): Promise<CommandReply> {
    return (await this.#ask("POST", "/admin/commands", command)) as CommandReply;
  }

  async #ask(method: "GET" | "POST", path: string, body?: Command): Promise<unknown> {
    let status: number | undefined;
    let text: string;
    try {
      const reply = await call({
        url: `${this.url}${path}`,
        method,
        token: this.token,
        timeoutMs: COMMAND_MS,
        ...(body === undefined ? {} : { body }),
      });
      status = reply.statusCode;
      text = await bodyText(reply);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandError("server_gone", `The server at ${this.url} does not answer: ${reason}.`);
    }
    const value = parsed(text);
    if (status === 200 && value !== null) return value;
    if (status === 401 || status === 403) {
      throw new CommandError(
        "unauthorized",
        `The server at ${this.url} does not accept the admin token.`,
        "With --url, put the server's admin token into FREELLM_ADMIN_TOKEN.",
      );
    }
    throw (
      refusal(value, status === 400) ??
      new CommandError("bad_reply", `The server answered with HTTP ${status}.`)
    );
  }
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** The error that the server gave for a command, as if it had been thrown here. HTTP 400 says that the command itself is wrong. */
function refusal(value: Record<string, unknown> | null, usage: boolean): CommandError | null {
  const error = value?.error as { code?: unknown; message?: unknown; hint?: unknown } | undefined;
  if (typeof error?.message !== "string") return null;
  const hint = typeof error.hint === "string" ? error.hint : null;
  return new CommandError(typeof error.code === "string" ? error.code : "failed", error.message, hint, usage);
}
