import type { Command } from "commander";
import { settingsJsonSchema } from "../../core/config/json-schema.ts";
import type { Context } from "../context.ts";
import { withExamples } from "../options.ts";

export function defineSchema(config: Command, { output }: Context): void {
  const command = config
    .command("schema")
    .description("Print the JSON schema of config.toml, for editors that complete and check it.")
    .action(() => output.line(JSON.stringify(settingsJsonSchema(), null, 2)));
  withExamples(command, "freellm config schema > freellm.schema.json");
}
