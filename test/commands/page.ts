/** docs/commands.md as a play: every command with an output on the page is run in order, on a terminal of 80 columns. */
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { BINARY, cli, temporaryFolder } from "../support/binary.ts";

export const PAGE = join(import.meta.dirname, "../../docs/commands.md");

/** A command of the page and what follows it there. */
export interface Entry {
  line: string;
  output: string;
  /** Of its prompt in the text of the page. */
  start: number;
  end: number;
}

/** Prompts in blocks of text, up to the next prompt or the end of the block. Prompts of what is printed do not name freellm. */
export function entriesOf(page: string): Entry[] {
  const entries: Entry[] = [];
  for (const block of page.matchAll(/^```text\n(.*?)^```$/gms)) {
    const text = block[1] ?? "";
    const from = block.index + "```text\n".length;
    const prompts = [...text.matchAll(/^\$ ((?:echo \S+ \| )?freellm\b.*)\n/gm)];
    for (const [index, prompt] of prompts.entries()) {
      const end = prompts[index + 1]?.index ?? text.length;
      const output = text.slice(prompt.index + prompt[0].length, end).replace(/\n+$/, "");
      entries.push({ line: prompt[1] ?? "", output, start: from + prompt.index, end: from + end });
    }
  }
  return entries;
}

/** The page with other outputs, in the order of its entries. */
export function withOutputs(page: string, outputs: readonly string[]): string {
  let result = page;
  const entries = entriesOf(page);
  for (const [index, { line, start, end }] of [...entries.entries()].reverse()) {
    const gap = result.slice(start, end).endsWith("\n\n") ? "\n" : "";
    result = `${result.slice(0, start)}$ ${line}\n${outputs[index] ?? ""}\n${gap}${result.slice(end)}`;
  }
  return result;
}

const PATIENCE_MS = 20_000;
const RESTS_OVER_MS = 15_000;

/** Everything that the page takes place in. */
export class Scene {
  readonly #folder = temporaryFolder();
  readonly #user = join(this.#folder.path, "you");
  readonly #server = this.#start(["freellm", "serve", "--demo"], this.#user);
  #demo = { home: "", url: "", token: "", pid: "" };
  /** The request that the first call failed for. */
  #request = "";

  /** What the server printed when it started. */
  async open(): Promise<void> {
    const text = await until(() => {
      const shown = this.#server.shown();
      return shown.includes("OPENAI_API_KEY=") && shown.endsWith("\n") ? shown : null;
    });
    const found = (pattern: RegExp): string => pattern.exec(text)?.[1] ?? "";
    const home = found(/FREELLM_HOME=(\S+)/);
    const { pid } = JSON.parse(readFileSync(join(home, "server.json"), "utf8"));
    const token = found(/OPENAI_API_KEY=(\S+)/);
    this.#demo = { home, url: found(/OPENAI_BASE_URL=(\S+)/), token, pid: String(pid) };
    writeFileSync(join(this.#user, "passphrase"), "a passphrase long enough\n");
    writeFileSync(
      join(this.#user, ".env"),
      `GROQ_API_KEY=gsk_${"m".repeat(48)}0001\nMISTRAL_API_KEY=${"m".repeat(28)}0002\n`,
    );
  }

  async close(): Promise<void> {
    this.#server.child.kill("SIGTERM");
    await this.#server.child.exited;
    this.#folder[Symbol.dispose]();
  }

  /** Runs one entry, as it may stand on the page; `occurrence` counts entries of the same line from 0. */
  async play(line: string, occurrence: number): Promise<string> {
    if (line === "freellm serve --demo") return this.#presentable(this.#server.shown());
    const [environment, words] = await this.#prepare(line, occurrence);
    const command = words.replace(/req_[0-9a-f]+/, this.#request).replace(/\s+# .*$/, "");
    const run = this.#start(["sh", "-c", command], this.#user, environment);
    const patience = setTimeout(() => run.child.kill("SIGKILL"), PATIENCE_MS);
    await run.child.exited;
    clearTimeout(patience);
    if (line === "freellm token rotate") this.#demo.token = run.shown().trim();
    return this.#presentable(run.shown());
  }

  /** What must be so before the line is typed. */
  async #prepare(line: string, occurrence: number): Promise<[Record<string, string>, string]> {
    const { home } = this.#demo;
    const own = { HOME: this.#user, FREELLM_HOME: home };
    if (line.startsWith("freellm service")) return [{ HOME: this.#user }, line];
    if (line.startsWith("freellm init") || (line === "freellm" && occurrence === 0)) {
      const empty = join(this.#folder.path, "empty");
      mkdirSync(empty, { recursive: true });
      return [{ ...own, FREELLM_HOME: empty }, line];
    }
    switch (line) {
      case "freellm":
        for (let count = 0; count < 4; count++) await this.#ask("demo-mistral/mistral-small-latest");
        break;
      case "freellm keys list":
        // The first calls to the keys of Demo Groq fail: one of them rests for some seconds now.
        if (occurrence === 0) this.#request = await this.#ask("auto");
        break;
      case "freellm requests --tail 4":
        await this.#ask("no-such-model");
        await this.#ask("openai/gpt-oss-120b:free");
        break;
      case "freellm logs --tail 2":
        return [{ ...own, FREELLM_HOME: await this.#logged() }, line];
      case "freellm config show --changed":
        writeFileSync(join(home, "config.toml"), 'strategy = "balanced"\nmax_wait_ms = 5000\n');
        break;
      case "freellm config validate      # after a slip of the pen":
        writeFileSync(join(home, "config.toml"), 'strategy = "balanced"\nmax_wait_ms = "5 s"\n');
        break;
      case "freellm config path":
        rmSync(join(home, "config.toml"));
        break;
      case "freellm dash --once":
        return [{ ...own, COLUMNS: "100" }, line];
      case "freellm status":
      case "freellm doctor":
        await this.#restsOver();
        break;
    }
    return [own, line];
  }

  /** Sends a request; gives its name. */
  async #ask(model: string): Promise<string> {
    const response = await fetch(`${this.#demo.url}/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${this.#demo.token}`, "content-type": "application/json" },
      body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] }),
    });
    await response.text();
    return response.headers.get("x-request-id") ?? "";
  }

  async #restsOver(): Promise<void> {
    await until(async () => {
      const { stdout } = await cli(this.#demo.home, ["keys", "list", "--json"]);
      return JSON.parse(stdout).keys.some(({ until }: { until: unknown }) => until !== null) ? null : true;
    }, RESTS_OVER_MS);
  }

  /** A home in which a server has written a log. */
  async #logged(): Promise<string> {
    const home = join(this.#folder.path, "logged");
    const environment = { HOME: this.#user, FREELLM_HOME: home };
    const server = this.#start(
      ["freellm", "serve", "--port", "0", "--log-file"],
      this.#folder.path,
      environment,
    );
    await until(() => (server.shown().includes("OPENAI_API_KEY") ? true : null));
    server.child.kill("SIGTERM");
    await server.child.exited;
    return home;
  }

  /** On a terminal; `shown` is what stands there, without colours and what was overwritten. */
  #start(command: string[], cwd: string, environment: Record<string, string> = {}) {
    const bin = join(this.#folder.path, "bin");
    mkdirSync(bin, { recursive: true });
    mkdirSync(cwd, { recursive: true });
    rmSync(join(bin, "freellm"), { force: true });
    symlinkSync(BINARY, join(bin, "freellm"));
    let output = "";
    const decoder = new TextDecoder();
    const child = Bun.spawn(command, {
      cwd,
      env: {
        ...{ PATH: `${bin}:${process.env.PATH ?? ""}`, HOME: cwd, TERM: "xterm", NO_COLOR: "1" },
        ...{ TMPDIR: this.#folder.path, LANG: "C.UTF-8", ...environment },
      },
      terminal: {
        cols: 80,
        rows: 50,
        data(_terminal, bytes) {
          output += decoder.decode(bytes, { stream: true });
        },
      },
    });
    const shown = (): string =>
      output
        .split("\r\n")
        .map((line) => stripVTControlCharacters(line.split("\r").at(-1) ?? ""))
        .join("\n");
    return { child, shown };
  }

  /** Nothing of this machine, and nothing that changes from one run to the next where it says nothing. */
  #presentable(text: string): string {
    const { home, url, token, pid } = this.#demo;
    const port = new URL(url || "http://127.0.0.1:3001").port;
    const place = "~/.local/share/freellm";
    let shown = text.replaceAll(/[ \t]+$/gm, "").trimEnd();
    shown = shown.replace(`FREELLM_HOME=${home}`, "FREELLM_HOME=...");
    for (const [found, written] of [
      [home, place],
      [join(this.#folder.path, "logged"), place],
      [this.#user, "/home/you"],
      [BINARY, "/home/you/bin/freellm"],
      [token, `freellmapi-${"0123456789abcdef".repeat(3)}`],
      [`127.0.0.1:${port}`, "127.0.0.1:3001"],
      [`process ${pid}`, "process 29295"],
    ] as const) {
      if (found !== "") shown = shown.replaceAll(found, written);
    }
    // The names of requests begin with that of the process.
    shown = shown.replaceAll(/req_[0-9a-f]{16}/g, "req_b75af163e6dd6e79");
    return shown.replaceAll(/freellmapi-[0-9a-f]{48}/g, `freellmapi-${"0123456789abcdef".repeat(3)}`);
  }
}

async function until<T>(found: () => T | null | Promise<T | null>, patienceMs = PATIENCE_MS): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const value = await found();
    if (value !== null) return value;
    if (performance.now() > deadline) throw new Error("what the page waits for did not happen");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
