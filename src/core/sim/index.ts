/** Door of the simulator. */
export { type CapReport, capReports } from "./cap-report.ts";
export { checkWorld } from "./check.ts";
export { dayWorld } from "./day.ts";
export { randomWorld } from "./generate.ts";
export { MemoryLedger } from "./ledger.ts";
export { PROPERTIES, type Property, type SimResult, type SimTotals, type Violation } from "./properties.ts";
export { simulate } from "./simulation.ts";
export type { SimLedger, SimParts, SimProvider, SimRequest, SimWorld } from "./world.ts";
