/** Puts what a schema found wrong into the words and codes of the OpenAI API. */
import type * as v from "valibot";
import { type Problem, ProblemError } from "../../chat/problem.ts";

/** Characters of a client's own value that an error repeats. */
const MAX_ECHO = 64;

export function invalid(message: string, parameter: string, code: string): ProblemError {
  return new ProblemError({ kind: "invalid_request", message, parameter, code });
}

export function missing(parameter: string): ProblemError {
  return invalid(`Missing required parameter: '${parameter}'.`, parameter, "missing_required_parameter");
}

/** The problem behind the first issue of a failed validation. */
export function problemOf(issue: v.BaseIssue<unknown>): Problem {
  let path: readonly v.IssuePathItem[] = issue.path ?? [];
  let finding: Finding = issue;
  const last = path.at(-1);
  if (last && Array.isArray(last.input) && typeof last.key === "string") {
    // To the schemas an array is an object that lacks fields.
    path = path.slice(0, -1);
    finding = { type: "object", input: last.input, message: "an object", requirement: undefined };
  }
  const parameter = written(path);
  const [message, code] = describe(finding, parameter);
  return { kind: "invalid_request", message, code, ...(parameter !== "" && { parameter }) };
}

type Finding = Pick<v.BaseIssue<unknown>, "type" | "input" | "message" | "requirement">;

/** `messages[0].content[1].type` */
function written(path: readonly v.IssuePathItem[]): string {
  let parameter = "";
  for (const { key } of path) {
    if (typeof key === "number") parameter += `[${key}]`;
    else parameter += parameter === "" ? String(key) : `.${String(key)}`;
  }
  return parameter;
}

function describe(issue: Finding, parameter: string): [message: string, code: string] {
  if (parameter === "") return ["The request body must be a JSON object.", "invalid_type"];
  const { input, type } = issue;
  if (input === undefined || type === "non_empty")
    return [`Missing required parameter: '${parameter}'.`, "missing_required_parameter"];
  switch (type) {
    case "picklist":
      if (typeof input !== "string") return wrongType(parameter, "a string", input);
      return [
        `Invalid value for '${parameter}': '${echo(input)}'. Supported values are: ${issue.message}.`,
        "invalid_value",
      ];
    case "min_value":
    case "max_value":
      return outOfRange(parameter, type === "min_value", issue);
    case "min_length":
      return [
        `Invalid '${parameter}': empty array. Expected an array of at least ${limitOf(issue)} item.`,
        "empty_array",
      ];
    case "max_length": {
      const length = Array.isArray(input) ? input.length : 0;
      return [
        `Invalid '${parameter}': array too long. Expected at most ${limitOf(issue)} items, but got ${length}.`,
        "array_above_max_length",
      ];
    }
    default:
      return wrongType(parameter, issue.message, input);
  }
}

function wrongType(parameter: string, expected: string, input: unknown): [string, string] {
  return [
    `Invalid type for '${parameter}': expected ${expected}, but got ${nameOfType(input)} instead.`,
    "invalid_type",
  ];
}

/** Fields that take integers and fields that take decimals have codes of their own. */
function outOfRange(parameter: string, below: boolean, issue: Finding): [string, string] {
  const number = INTEGER_FIELDS.has(parameter) ? "integer" : "decimal";
  const [side, sign, code] = below
    ? ["below minimum", ">=", "below_min_value"]
    : ["above maximum", "<=", "above_max_value"];
  return [
    `Invalid '${parameter}': ${number} ${side} value. Expected a value ${sign} ${limitOf(issue)}, but got ${String(issue.input)} instead.`,
    `${number}_${code}`,
  ];
}

const INTEGER_FIELDS: ReadonlySet<string> = new Set([
  "n",
  "max_tokens",
  "max_completion_tokens",
  "top_logprobs",
]);

function limitOf(issue: Finding): string {
  return String(issue.requirement);
}

function nameOfType(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  switch (typeof value) {
    case "number":
      return Number.isInteger(value) ? "an integer" : "a decimal";
    case "object":
      return "an object";
    default:
      return `a ${typeof value}`;
  }
}

function echo(value: string): string {
  return value.length <= MAX_ECHO ? value : `${value.slice(0, MAX_ECHO)}...`;
}
