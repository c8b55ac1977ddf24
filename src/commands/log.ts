/** The server's log on stderr: short lines for a person at a terminal, JSON lines for everything else. */
import type { Clock, Log } from "../core/ports.ts";
import { createRedactor } from "../core/vault/redact.ts";
import { sanitize } from "../core/vault/sanitize.ts";
import type { Sink } from "./output.ts";

const LEVELS = ["error", "warn", "info"] as const;
export type LogLevel = (typeof LEVELS)[number];

/** Nothing that looks like a key gets out, whatever is logged. */
export function createLog(sink: Sink, clock: Clock, level: LogLevel): Log {
  const redactor = createRedactor();
  const people = sink.isTTY === true;
  const write = (kind: LogLevel, message: string, fields: Record<string, unknown> = {}): void => {
    if (LEVELS.indexOf(kind) > LEVELS.indexOf(level)) return;
    const time = new Date(clock.now()).toISOString();
    const text = people
      ? forPeople(kind, message, fields)
      : JSON.stringify({ time, level: kind, message, ...fields });
    sink.write(`${redactor.scrub(text)}\n`);
  };
  return {
    info: (message, fields) => write("info", message, fields),
    warn: (message, fields) => write("warn", message, fields),
    error: (message, fields) => write("error", message, fields),
  };
}

function forPeople(kind: LogLevel, message: string, fields: Record<string, unknown>): string {
  const words = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`);
  return `freellm: ${kind}: ${sanitize([message, ...words].join(" "))}`;
}
