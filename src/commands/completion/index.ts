import { Argument, type Command } from "commander";
import type { Context } from "../context.ts";
import { CUSTOM } from "../keys/addition.ts";
import { loadProviders } from "../open.ts";
import { withExamples } from "../options.ts";
import { completionScript, type Shell } from "./shells.ts";
import { placesOf } from "./tree.ts";

const SHELLS: readonly Shell[] = ["bash", "zsh", "fish"];

/** The program must have all of its commands defined by then: their arguments and options are what is completed. */
export function define(command: Command, { output }: Context): void {
  command
    .description("Print a script that completes commands, options and providers in your shell.")
    .addArgument(new Argument("<shell>", "which shell it is for").choices(SHELLS))
    .action(async (shell: Shell) => {
      const providers = (await loadProviders()).all().filter(({ status }) => status !== "retired");
      const owners = [...providers.map(({ id, name }) => ({ word: id, says: name }))];
      const custom = { word: CUSTOM, says: "an endpoint of your own" };
      const known = { "keys add": [...owners, custom], "models refresh": owners };
      output.raw(completionScript(shell, placesOf(command.parent ?? command, known)));
    });
  withExamples(
    command,
    'eval "$(freellm completion bash)"                    (in ~/.bashrc)',
    'eval "$(freellm completion zsh)"                     (in ~/.zshrc, after compinit)',
    "freellm completion fish > ~/.config/fish/completions/freellm.fish",
  );
}
