/** Tools and how one of them is asked for. Without tools nothing that speaks of tools is sent: several providers refuse it. */
import type { ChatRequest, Tool, ToolChoice } from "../../../core/chat/request.ts";
import type { OpenAIQuirks } from "../../../core/provider.ts";
import type { JsonObject } from "../../json.ts";
import { plainSchema } from "./plain-schema.ts";

export function addTools(
  body: JsonObject,
  request: ChatRequest,
  quirks: OpenAIQuirks,
  refused: ReadonlySet<string>,
): void {
  const choice = request.toolChoice;
  const tools = offered(request.tools, choice, quirks, refused);
  if (tools.length === 0) return;
  if (choice !== undefined) body.tool_choice = encodeChoice(choice, quirks);
  body.tools = tools.map((tool) => encodeTool(tool, quirks, refused));
  if (quirks.parallelToolCalls === "force_false") body.parallel_tool_calls = false;
  else if (quirks.parallelToolCalls === "send" && request.parallelToolCalls !== undefined) {
    body.parallel_tool_calls = request.parallelToolCalls;
  }
}

/** Where the provider does not understand a choice, the tools on offer say the same. */
function offered(
  tools: readonly Tool[],
  choice: ToolChoice | undefined,
  quirks: OpenAIQuirks,
  refused: ReadonlySet<string>,
): readonly Tool[] {
  const mute = refused.has("tool_choice");
  if (choice === "none" && (mute || quirks.toolChoiceRequired === "auto")) return [];
  if (typeof choice !== "object" || (takesNames(quirks) && !mute)) return tools;
  const named = tools.filter((tool) => tool.name === choice.name);
  return named.length > 0 ? named : tools;
}

function encodeChoice(choice: ToolChoice, quirks: OpenAIQuirks): unknown {
  if (choice === "required") return quirks.toolChoiceRequired;
  if (typeof choice === "string") return choice;
  if (!takesNames(quirks)) return quirks.toolChoiceRequired;
  return { type: "function", function: { name: choice.name } };
}

function takesNames({ toolChoiceRequired, toolChoiceNamed }: OpenAIQuirks): boolean {
  return toolChoiceRequired === "required" && toolChoiceNamed === "name";
}

function encodeTool(tool: Tool, quirks: OpenAIQuirks, refused: ReadonlySet<string>): JsonObject {
  const declared: JsonObject = { name: tool.name };
  if (tool.description !== undefined) declared.description = tool.description;
  if (tool.parameters !== undefined) {
    declared.parameters = quirks.toolSchemas === "plain" ? plainSchema(tool.parameters) : tool.parameters;
  }
  // Strictness is a promise about keywords that a plain schema no longer has.
  const strict = quirks.toolSchemas === "send" && !refused.has("strict");
  if (tool.strict !== undefined && strict) declared.strict = tool.strict;
  return { type: "function", function: declared };
}
