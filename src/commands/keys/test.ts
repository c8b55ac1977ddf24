import type { Command } from "commander";
import { type Admin, CommandError, type ProbeView } from "../../core/command.ts";
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
    .description(
      "Ask the providers whether keys are good. Exit code 1 when one of them is not; an answer that proves nothing changes nothing.",
    )
    .argument("[id]", "one key; without it, all are tested");
  withRemoteOptions(command).action(async (id: string | undefined, options: RemoteOptions) => {
    const { output } = context;
    const probes = await withConnection(connect(context, options), ({ admin }) =>
      id === undefined ? testAll(admin, output) : testOne(admin, id),
    );
    printProbes(output, probes);
    if (probes.some(({ result }) => result === "invalid")) output.exitCode = EXIT_FAILED;
  });
  withExamples(command, "freellm keys test", "freellm keys test groq-1 --json");
}

async function testOne(admin: Admin, id: string): Promise<ProbeView[]> {
  const reply = await admin.execute({ type: "key-test", id });
  return reply.type === "probes" ? reply.probes : [];
}

/** All providers at the same time, the keys of each one after the other. In the order of the keys. */
async function testAll(admin: Admin, output: Output): Promise<ProbeView[]> {
  const { keys } = await admin.snapshot();
  const byProvider = Map.groupBy(keys, ({ provider }) => provider);
  const probes = new Map<string, ProbeView>();
  let done = 0;
  const show = (): void => output.progress(`Testing keys: ${done} of ${keys.length} done`);
  show();
  const tests = [...byProvider.values()].map(async (siblings) => {
    for (const { id } of siblings) {
      for (const probe of await testOne(admin, id).catch(noneWhenRemoved)) probes.set(id, probe);
      done++;
      show();
    }
  });
  try {
    await Promise.all(tests);
  } finally {
    output.progress("");
  }
  return keys.flatMap(({ id }) => probes.get(id) ?? []);
}

/** Somebody removed the key meanwhile. */
function noneWhenRemoved(error: unknown): ProbeView[] {
  if (error instanceof CommandError && error.code === "unknown_key") return [];
  throw error;
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
  for (const { id, hint } of probes) if (hint !== null) output.note(`${id}: ${hint}`);
}
