import type { AllowList } from "./laws.ts";

/**
 * Where the program touches the world outside of `src/commands`, and why there. Everything else is handed what it
 * needs.
 */
export const allowed: AllowList = {
  "src/core/net/outbound.ts": { fetch: "the only call to the outside" },
  "src/core/serve/listen.ts": { bun: "the only server socket" },
  "src/core/store/": { modules: "SQLite engines and files of the data directory" },
  "src/core/store/journal.ts": { timers: "writes once at the end of each turn of the event loop" },
};
