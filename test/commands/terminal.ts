/** The compiled program on a terminal: what a person at the keyboard sees and types. */
import { stripVTControlCharacters } from "node:util";
import { BINARY } from "../support/binary.ts";

export interface Session {
  /** Everything that was shown so far, without colours and cursor moves. */
  shown(): string;
  /** Waits until `text` is shown after whatever was waited for before. */
  see(text: string): Promise<void>;
  type(keys: string): void;
  signal(name: NodeJS.Signals): void;
  /** The exit code, once the program has ended. */
  readonly exited: Promise<number>;
}

export const KEY = { up: "\u001b[A", down: "\u001b[B", enter: "\r", space: " ", interrupt: "\u0003" };

const PATIENCE_MS = 10_000;

/** Nothing of the developer's own environment reaches the program. */
export function onTerminal(
  home: string,
  args: readonly string[],
  env: Record<string, string> = {},
  cols = 120,
): Session {
  const decoder = new TextDecoder();
  let output = "";
  let seen = 0;
  const child = Bun.spawn([BINARY, ...args], {
    cwd: home,
    env: { PATH: process.env.PATH ?? "", HOME: home, FREELLM_HOME: home, TERM: "xterm", ...env },
    terminal: {
      cols,
      rows: 40,
      data(_terminal, bytes) {
        output += decoder.decode(bytes, { stream: true });
      },
    },
  });
  const shown = (): string => stripVTControlCharacters(output);
  return {
    shown,
    async see(text) {
      const deadline = performance.now() + PATIENCE_MS;
      for (;;) {
        const position = shown().indexOf(text, seen);
        if (position !== -1) {
          seen = position + text.length;
          return;
        }
        if (performance.now() > deadline) throw new Error(`"${text}" was not shown:\n${shown()}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    type: (keys) => void child.terminal?.write(keys),
    signal: (name) => child.kill(name),
    exited: child.exited,
  };
}
