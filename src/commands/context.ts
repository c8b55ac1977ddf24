/** What a command has at hand: the terminal, the environment, where the data lives, and who carries out its wishes. */
import type { Home } from "../core/store/home.ts";
import type { Environment } from "./environment.ts";
import type { Output } from "./output.ts";

export interface Context {
  readonly output: Output;
  readonly environment: Environment;
  /** Where everything lies that freellm keeps. */
  readonly home: Home;
  /** A person is there to answer questions. */
  readonly interactive: boolean;
  /** The first line of stdin, trimmed; "" at its end. */
  readLine(): Promise<string>;
  /** All of stdin, up to a megabyte. */
  readAll(): Promise<string>;
}
