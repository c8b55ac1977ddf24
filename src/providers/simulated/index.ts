/** Door of the simulated providers. */

export { Calendar } from "./calendar.ts";
export { CapBooks } from "./caps.ts";
export {
  createFleet,
  type DemoEndpoint,
  type DemoFleet,
  type DemoLimits,
  describeFleet,
  listenFleet,
  type ServeHandler,
} from "./fleet.ts";
export type { FaultKind, SimulatedProfile, SimulatedWorld, StyleName } from "./profile.ts";
export { type CallLog, createSimulatedProvider, type SimulatedProvider } from "./provider.ts";
export { seededRandom } from "./random.ts";
