import type { Command } from "commander";
import type { ProbeView } from "../../core/command.ts";
import { EXIT_FAILED } from "../complaint.ts";
import { connect, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { type RemoteOptions, withExamples, withRemoteOptions } from "../options.ts";
import type { Output } from "../output.ts";

const COLOURS: Readonly<Record<ProbeView["result"], "green" | "red" | "yellow">> = {
  valid: "green",
  invalid: "red",
  inconclusive: "yellow",
};
const RESULT_COLUMN = 1;

export function defineTest(keys: Command, context: Context): void {
  const command = keys
    .command("test")
    .description("Ask the providers whether keys are good. Exit code 1 when one of them is not.")
    .argument("[id]", "one key; without it, all are tested");
  withRemoteOptions(command).action(async (id: string | undefined, options: RemoteOptions) => {
    const reply = await withConnection(connect(context, options), ({ admin }) =>
      admin.execute({ type: "key-test", id: id ?? null }),
    );
    if (reply.type !== "probes") return;
    printProbes(context.output, reply.probes);
    if (reply.probes.some(({ result }) => result === "invalid")) context.output.exitCode = EXIT_FAILED;
  });
  withExamples(command, "freellm keys test", "freellm keys test groq-1 --json");
}

function printProbes(output: Output, probes: readonly ProbeView[]): void {
  if (output.json) {
    output.data({ probes });
    return;
  }
  if (probes.length === 0) {
    output.line("There are no keys to test. Add one: freellm keys add");
    return;
  }
  const rows = probes.map(({ id, result, detail, durationMs }) => [id, result, `${durationMs} ms`, detail]);
  output.table(["ID", "RESULT", "TIME", "ANSWER"], rows, (text, column) =>
    column === RESULT_COLUMN ? output.paint[COLOURS[text as ProbeView["result"]] ?? "gray"](text) : text,
  );
}
