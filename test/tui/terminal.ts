/** A real terminal around the compiled dashboard, and what its settings were before and after. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BINARY } from "../support/binary.ts";

const PATIENCE_MS = 15_000;

/** The shell notes the terminal's settings, the dashboard's process id and how it ended. */
const SCRIPT = `
stty -g > before
sh -c 'echo $$ > pid; exec "$0" "$@"' "$@"
echo $? > code
stty -g > after
`;

export async function openTerminal(folder: string, home: string, size: { columns: number; rows: number }) {
  const decoder = new TextDecoder();
  let output = "";
  let read = 0;
  const child = Bun.spawn(["sh", "-c", SCRIPT, "sh", BINARY, "dash"], {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: home,
      FREELLM_HOME: home,
      TERM: "xterm-256color",
      LANG: "C.UTF-8",
    },
    terminal: {
      cols: size.columns,
      rows: size.rows,
      data(_terminal, bytes) {
        output += decoder.decode(bytes, { stream: true });
      },
    },
  });
  const note = (name: string): string => readFileSync(join(folder, name), "utf8").trim();
  return {
    output: () => output,
    /** Waits until `text` comes after whatever was waited for before. */
    async see(text: string): Promise<void> {
      const deadline = performance.now() + PATIENCE_MS;
      for (;;) {
        const position = output.indexOf(text, read);
        if (position !== -1) {
          read = position + text.length;
          return;
        }
        if (performance.now() > deadline)
          throw new Error(`"${text}" was not shown:\n${JSON.stringify(output.slice(read))}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    type: (keys: string) => void child.terminal?.write(keys),
    resize: (columns: number, rows: number) => void child.terminal?.resize(columns, rows),
    signal: (name: NodeJS.Signals) => void process.kill(Number(note("pid")), name),
    /** The dashboard's exit code, once it has ended; and whether the terminal is as it was. */
    async ended(): Promise<{ code: number; restored: boolean }> {
      await child.exited;
      if (!existsSync(join(folder, "after"))) throw new Error(`the shell did not come back:\n${output}`);
      return { code: Number(note("code")), restored: note("before") === note("after") };
    },
    close: () => child.kill("SIGKILL"),
  };
}
