/**
 * The reservations that are not in the database yet: appended to a file before their calls leave, which costs a few
 * microseconds where a transaction costs tens. The database takes them over in large groups; then the file is empty again.
 */
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import type { RouterEvent } from "../route/event.ts";
import { securePrivateFile } from "./private-file.ts";

export type Reserved = Pick<
  Extract<RouterEvent, { type: "call-reserved" }>,
  "callId" | "keyId" | "model" | "at" | "tokens" | "inputTokens"
>;

export interface CallLog {
  /** What a process that died left behind; lines that were not finished do not count, nor did their calls leave. */
  read(): Reserved[];
  /** Survives the end of the process once it returns. Throws when the disk does not take it. */
  append(calls: readonly Reserved[]): void;
  /** All of it is in the database. */
  clear(): void;
  close(): void;
}

/** `path` is made when it is not there. Throws StoreError for anything but a private file. */
export function openCallLog(path: string): CallLog {
  securePrivateFile(path, "create");
  const descriptor = openSync(path, "a", 0o600);
  let isEmpty = false;
  return {
    read() {
      const text = readFileSync(path, "utf8");
      return text.split("\n").flatMap((line) => parse(line) ?? []);
    },
    append(calls) {
      let lines = "";
      for (const { callId, keyId, model, at, tokens, inputTokens } of calls) {
        lines += `${JSON.stringify([callId, keyId, model, at, tokens, inputTokens])}\n`;
      }
      isEmpty = false;
      writeSync(descriptor, lines);
    },
    clear() {
      if (isEmpty) return;
      ftruncateSync(descriptor);
      isEmpty = true;
    },
    close: () => closeSync(descriptor),
  };
}

function parse(line: string): Reserved | null {
  try {
    const [callId, keyId, model, at, tokens, inputTokens] = JSON.parse(line) as unknown[];
    const isWhole =
      [callId, at, tokens, inputTokens].every(Number.isFinite) &&
      [keyId, model].every((id) => typeof id === "string");
    return isWhole ? ({ callId, keyId, model, at, tokens, inputTokens } as Reserved) : null;
  } catch {
    return null;
  }
}
