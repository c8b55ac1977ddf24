/** NVIDIA: problem details with a title, and not one word about limits in the headers. */
import type { ErrorReply, Style } from "./style.ts";

function error(status: number, title: string, detail?: string): ErrorReply {
  return { status, body: { status, title, ...(detail === undefined ? {} : { detail }) } };
}

export const nvidia: Style = {
  greeting: null,
  streamUsage: "asked",
  headers: () => ({}),
  unauthorized: () => error(403, "Forbidden", "Authorization failed"),
  badRequest: (message) => error(400, "Bad Request", message),
  unknownModel: (model) => error(404, "Not Found", `Function '${model}': Not found for account 'demo'`),
  overCap: () => error(429, "Too Many Requests"),
  busy: () => error(429, "Too Many Requests"),
  serverError: () => error(500, "Internal Server Error", "Inference connection error"),
  unavailable: () => error(503, "Service Unavailable", "DEGRADED function cannot be invoked"),
};
