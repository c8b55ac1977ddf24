/** The simulated providers of `serve --demo`, listening on loopback and registered like any endpoint of the user's. */
import type { Application } from "../core/app.ts";
import { createFleet, type DemoEndpoint, listenFleet } from "../providers/simulated/index.ts";
import { clock, timers } from "./ports.ts";

export interface DemoFleetHandle {
  endpoints: readonly DemoEndpoint[];
  stop(): void;
}

/** Decides what goes wrong by chance: the same in every demo. */
const SEED = 1;

export async function startDemoFleet(application: Application): Promise<DemoFleetHandle> {
  const fleet = listenFleet(createFleet({ clock, timers }, SEED), (fetch) => {
    const server = Bun.serve({
      ...{ hostname: "127.0.0.1", port: 0, reusePort: false },
      ...{ idleTimeout: 0, development: false, fetch },
    });
    return { url: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) };
  });
  for (const { name, baseUrl, models, limits, keys } of fleet.endpoints) {
    for (const secret of keys) {
      await application.execute({
        type: "key-add",
        provider: "custom",
        secret,
        name,
        baseUrl,
        models: models.map((model) => model.id),
        context: Math.min(...models.map((model) => model.contextWindow)),
        limits,
      });
    }
  }
  return { endpoints: fleet.endpoints, stop: () => void fleet.stop() };
}
