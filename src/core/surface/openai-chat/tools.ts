/** Tools and the choice among them, in whichever of the API's forms they came. */
import type { Tool, ToolChoice } from "../../chat/request.ts";
import { invalid } from "./invalid.ts";
import type { RawBody, RawFunction, RawToolChoice } from "./schema.ts";

export interface DecodedTools {
  tools: Tool[];
  choice?: ToolChoice;
}

/** `tools` with `tool_choice`, or else the older `functions` with `function_call`. */
export function decodeTools(body: RawBody): DecodedTools {
  const tools: Tool[] = [];
  for (const tool of body.tools ?? []) if ("function" in tool) tools.push(decodeTool(tool.function));
  if (usesFunctions(body)) {
    for (const definition of body.functions ?? []) tools.push(decodeTool(definition));
    if (body.tool_choice == null) {
      const wanted = body.function_call;
      return typeof wanted === "object" && wanted !== null
        ? { tools, choice: existing(tools, wanted.name, "function_call") }
        : withChoice(tools, wanted ?? undefined);
    }
  }
  return body.tool_choice == null ? { tools } : choose(tools, body.tool_choice);
}

/** Whether the client speaks of functions rather than of tools. */
export function usesFunctions(body: RawBody): boolean {
  return (body.functions?.length ?? 0) > 0 && (body.tools?.length ?? 0) === 0;
}

function decodeTool(raw: RawFunction): Tool {
  const tool: Tool = { name: raw.name };
  if (raw.description != null) tool.description = raw.description;
  if (raw.parameters != null) tool.parameters = raw.parameters;
  if (raw.strict != null) tool.strict = raw.strict;
  return tool;
}

function choose(tools: Tool[], raw: RawToolChoice): DecodedTools {
  const word = typeof raw === "string" ? raw : raw.type;
  switch (word) {
    case "none":
    case "auto":
    case "required":
      return withChoice(tools, word);
    case "any":
      return withChoice(tools, "required");
  }
  if (typeof raw === "string") return { tools };
  if (raw.type === "allowed_tools") {
    const allowed = raw.allowed_tools ?? raw;
    const names = new Set(allowed.tools?.map((tool) => tool.function?.name ?? tool.name));
    // Few providers know this form: offering only the allowed tools comes to the same.
    return withChoice(
      tools.filter((tool) => names.has(tool.name)),
      allowed.mode ?? "auto",
    );
  }
  const name = raw.function?.name ?? raw.custom?.name ?? raw.name;
  return { tools, choice: existing(tools, name ?? raw.type, "tool_choice") };
}

function withChoice(tools: Tool[], choice: "none" | "auto" | "required" | undefined): DecodedTools {
  if (choice === "required" && tools.length === 0)
    throw invalid(
      "Invalid 'tool_choice': a tool is required, but 'tools' offers none that can be called.",
      "tool_choice",
      "invalid_value",
    );
  // Without tools there is nothing to choose, and some providers refuse a choice then.
  return choice === undefined || tools.length === 0 ? { tools } : { tools, choice };
}

function existing(tools: readonly Tool[], name: string, parameter: string): ToolChoice {
  if (tools.some((tool) => tool.name === name)) return { name };
  throw invalid(
    `Invalid '${parameter}': '${name.slice(0, 64)}' is not among the functions that are offered.`,
    parameter,
    "invalid_value",
  );
}
