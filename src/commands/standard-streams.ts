/**
 * stdout and stderr of this process, opened when something is written, and looked at when somebody asks: what the runtime loads for
 * them takes as long as half of a short command.
 */
import type { Sink } from "./output.ts";

const DESCRIPTORS = { stdin: 0, stdout: 1, stderr: 2 } as const;

/** Whether a person looks at it, or types into it. */
export function isTerminal(name: keyof typeof DESCRIPTORS): boolean {
  return process.getBuiltinModule("node:tty").isatty(DESCRIPTORS[name]);
}

class StandardStream implements Sink {
  readonly #name: "stdout" | "stderr";
  #stream: NodeJS.WriteStream | null = null;

  constructor(name: "stdout" | "stderr") {
    this.#name = name;
  }

  get isTTY(): boolean {
    return isTerminal(this.#name);
  }

  get columns(): number | undefined {
    return this.isTTY ? this.#open().columns : undefined;
  }

  write(text: string): boolean {
    return this.#open().write(text);
  }

  #open(): NodeJS.WriteStream {
    if (this.#stream) return this.#stream;
    this.#stream = process[this.#name];
    // Who reads only the first lines (`| head`) has not made an error.
    if (this.#name === "stdout") this.#stream.on("error", throwUnlessClosed);
    return this.#stream;
  }
}

function throwUnlessClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

export const standardOutput: Sink = new StandardStream("stdout");
export const standardError: Sink = new StandardStream("stderr");
