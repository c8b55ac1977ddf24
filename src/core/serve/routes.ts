/** The routes beside chat: models, health, the admin API, and what is told where there is none. */
import { Hono } from "hono";
import type { Problem } from "../chat/problem.ts";
import { encodeModel } from "../surface/models.ts";
import { type AdminOptions, adminRoutes } from "./admin.ts";
import type { Gateway } from "./gateway.ts";
import { findModel, ModelList } from "./listing.ts";

export interface RoutesOptions {
  gateway: Gateway;
  admin: AdminOptions;
  draining(): boolean;
  refuse(problem: Problem): Response;
  failed(error: unknown): Response;
  /** Such requests come here only where they write their path otherwise. */
  chatPath: string;
  chat(request: Request): Promise<Response>;
}

const MODELS_PATH = "/v1/models";
const METHODS = ["GET", "POST"] as const;

/** Answers requests that the guard let pass; never rejects. */
export function createRoutes(options: RoutesOptions): (request: Request) => Promise<Response> | Response {
  const { gateway, refuse } = options;
  const routes = new Hono();
  routes.get("/healthz", (context) => context.json({ status: "ok" }));
  routes.get("/readyz", (context) =>
    options.draining() ? context.json({ status: "draining" }, 503) : context.json({ status: "ready" }),
  );
  const models = new ModelList(gateway.state);
  routes.get(MODELS_PATH, () => json(models.text(gateway.clock.now())));
  routes.get(`${MODELS_PATH}/:id{.+}`, (context) => {
    const name = context.req.param("id");
    const model = findModel(gateway.state, name, gateway.clock.now());
    if (model) return json(encodeModel(model));
    const message = `The model "${name}" does not exist. See: freellm models list`;
    return refuse({ kind: "unknown_model", message, parameter: "model" });
  });
  routes.post(options.chatPath, (context) => options.chat(context.req.raw));
  routes.route("/admin", adminRoutes(options.admin, gateway));
  routes.notFound((context) => {
    const { method, path } = context.req;
    const allowed = METHODS.filter((known) => routes.router.match(known, path)[0].length > 0);
    if (allowed.length === 0)
      return refuse({ kind: "not_found", message: `Unknown route: ${method} ${path}` });
    const response = refuse({ kind: "method_not_allowed", message: `${method} is not allowed on ${path}.` });
    response.headers.set("allow", allowed.join(", "));
    return response;
  });
  routes.onError(options.failed);
  return (request) => routes.fetch(request);
}

function json(body: string): Response {
  return new Response(body, { headers: { "content-type": "application/json" } });
}
