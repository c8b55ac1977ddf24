import { type Command, Option } from "commander";
import type { ExplainCommand, PlannedRequest } from "../../core/command/explain.ts";
import { usageError } from "../complaint.ts";
import { connect, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { withIsoTimes } from "../moment.ts";
import { type RemoteOptions, wholeNumber, withExamples, withRemoteOptions } from "../options.ts";
import { printExplanation } from "./explanation.ts";
import { printPlan } from "./plan.ts";

interface ExplainOptions extends RemoteOptions {
  last?: boolean;
  full?: boolean;
  replay?: boolean;
  whatIf?: string;
  model?: string;
  tools?: boolean;
  vision?: boolean;
  jsonSchema?: boolean;
  private?: boolean;
  tokens?: number;
  maxTokens?: number;
}

export function define(command: Command, context: Context): void {
  command
    .description(
      "Say why a request went where it went: who served it, why not those before it, what failed and by which rule. With --model, where a request would go that is not sent.",
    )
    .argument("[id]", "the request's name, from the answer's X-Request-ID header or freellm requests")
    .option("--last", "the latest request (the default without an ID)")
    .option("--full", "list every candidate with its verdict and score")
    .option("--replay", "decide it again from the state of that moment, and compare")
    .option("--what-if <change>", "decide it again as if this had been otherwise, and compare")
    .addOption(
      new Option("--model <name>", "a request that is not sent: for this model").conflicts([
        "last",
        "replay",
        "whatIf",
      ]),
    )
    .option("--tools", "with --model: it brings tools")
    .option("--vision", "with --model: it shows an image")
    .option("--json-schema", "with --model: it wants an answer by a JSON schema")
    .option("--private", "with --model: only where nobody trains on it")
    .option("--tokens <number>", "with --model: tokens of the prompt (1000)", wholeNumber)
    .option("--max-tokens <number>", "with --model: tokens of the answer at most (1024)", wholeNumber)
    .addHelpText("after", WHAT_IF);
  withRemoteOptions(command).action(async (id: string | undefined, options: ExplainOptions) => {
    const question = questionOf(id, options);
    const reply = await withConnection(connect(context, options), ({ admin }) => admin.execute(question));
    const { output } = context;
    if (reply.type === "plan") {
      if (output.json) return output.data({ plans: [withIsoTimes(reply.plan)] });
      return printPlan(output, reply.plan, options.full === true);
    }
    if (reply.type !== "explanation") return;
    const { explanation } = reply;
    const { replay } = explanation;
    // A plain replay is a test: it passes or it does not.
    if (replay !== null && replay.whatIf === null && !replay.agrees) output.exitCode = 1;
    if (output.json) return output.data({ explanations: [withIsoTimes(explanation)] });
    printExplanation(output, explanation);
  });
  withExamples(
    command,
    "freellm explain",
    "freellm explain req_1f0c9a3b5d7e2468000000a1 --full",
    "freellm explain --last --what-if groq.tpm=30000",
    "freellm explain --last --replay",
    "freellm explain --model auto --tools --tokens 20000 --full",
  );
}

const WHAT_IF = `
What might have been otherwise:
  groq.tpm=30000            another rpm, rpd, tpm or tpd of its models
  groq-2=disabled           a key that is not used
  groq/llama-3=disabled     a model that is not used
  strategy=smart            another strategy of auto
  Several are joined by commas.`;

const OF_A_PLAN = ["tools", "vision", "jsonSchema", "private", "tokens", "maxTokens"] as const;

function questionOf(id: string | undefined, options: ExplainOptions): ExplainCommand {
  const { model, last, full, replay, whatIf } = options;
  if (model !== undefined) {
    if (id !== undefined) throw usageError("Give the ID of a request, or --model for one that is not sent.");
    return { type: "explain-plan", request: plannedRequest(model, options) };
  }
  const stray = OF_A_PLAN.find((name) => options[name] !== undefined);
  if (stray !== undefined) {
    const option = stray.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw usageError(`--${option} describes a request that is not sent: it needs --model.`);
  }
  if (id !== undefined && last === true) throw usageError("Give the ID of a request, or --last.");
  return {
    ...{ type: "explain", id: id ?? null },
    ...(full === true && { full }),
    ...(replay === true && { replay }),
    ...(whatIf !== undefined && { whatIf }),
  };
}

function plannedRequest(model: string, options: ExplainOptions): PlannedRequest {
  const { tools, vision, jsonSchema, tokens, maxTokens } = options;
  return {
    model,
    ...(tools === true && { tools }),
    ...(vision === true && { vision }),
    ...(jsonSchema === true && { jsonSchema }),
    ...(options.private === true && { private: true }),
    ...(tokens !== undefined && { inputTokens: tokens }),
    ...(maxTokens !== undefined && { outputTokens: maxTokens }),
  };
}
