import { type Command, InvalidArgumentError } from "commander";
import type { RequestRecord } from "../../core/route/event.ts";
import { connect, connectToServer, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { type RemoteOptions, wholeNumber, withExamples, withRemoteOptions } from "../options.ts";
import { type Filter, fits } from "./filter.ts";
import { printHead, printRequest, requestData } from "./view.ts";

interface RequestsOptions extends RemoteOptions, Filter {
  tail?: number;
  follow?: true;
}

const USUAL = 20;
const MOST = 10_000;

const LEGEND = `
The newest last; one line a request, or two or three on a terminal that is not
wide enough. SERVED BY is where the answer came from. TRIED names the calls
before it that failed, and why. Whole stories: freellm explain ID.`;

export function define(command: Command, context: Context): void {
  command
    .description("List the latest requests. Without prompts and answers: these are not kept.")
    .option("-n, --tail <count>", `so many (default: ${USUAL})`, tailNumber)
    .option("-f, --follow", "then each further one as it ends; needs a running server")
    .option("--failed", "that got no answer, or a broken one")
    .option("-m, --model <model>", "that asked for this model, or were served or tried by it")
    .option("-p, --provider <id>", "that were served or tried by this provider")
    .addHelpText("after", LEGEND);
  withRemoteOptions(command).action(async (options: RequestsOptions) => {
    const { tail = USUAL, follow, failed, model, provider } = options;
    const { output } = context;
    const filter: Filter = {
      ...(failed === undefined ? {} : { failed }),
      ...(model === undefined ? {} : { model }),
      ...(provider === undefined ? {} : { provider }),
    };
    const connection = follow ? connectToServer(context, options) : connect(context, options);
    await withConnection(connection, async ({ admin, server }) => {
      const { seq } = follow ? await admin.snapshot() : { seq: 0 };
      const reply = await admin.execute({ type: "requests-list", limit: tail, ...filter });
      const requests = reply.type === "requests" ? reply.requests.reverse() : [];
      if (!follow || server === null) {
        if (output.json) return output.data({ requests: requests.map(requestData) });
        if (requests.length === 0) {
          const isFiltered = Object.keys(filter).length > 0;
          return output.line(isFiltered ? "No request fits." : "No request has been made yet.");
        }
        printHead(output);
        for (const request of requests) printRequest(output, request);
        return;
      }
      if (!output.json) printHead(output);
      const show = (request: RequestRecord): void => {
        if (output.json) output.data({ request: requestData(request) });
        else printRequest(output, request);
      };
      for (const request of requests) show(request);
      const { followRequests } = await import("./follow.ts");
      const known = requests.map(({ id }) => id);
      await followRequests(server, seq, known, (request) => fits(request, filter) && show(request));
    });
  });
  withExamples(
    command,
    "freellm requests",
    "freellm requests --tail 100 --failed",
    "freellm requests --follow --provider groq",
    "freellm requests --model gpt-oss-120b --json",
  );
}

function tailNumber(text: string): number {
  const value = wholeNumber(text);
  if (value > MOST) throw new InvalidArgumentError(`It must be ${MOST} at most.`);
  return value;
}
