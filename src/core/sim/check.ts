/** The properties, checked on one world. */
import { unusedCap } from "./full-use.ts";
import type { SimResult, Violation } from "./properties.ts";
import { simulate } from "./simulation.ts";
import type { SimParts, SimWorld } from "./world.ts";

/** One world in so many runs twice. */
const RETRACED = 10;

/**
 * Runs the world and says which property did not hold; null when all did. One world in ten runs a second time,
 * unwatched: it must go the same way.
 */
export async function checkWorld(
  world: SimWorld,
  parts: SimParts,
): Promise<{ violation: Violation | null; result: SimResult }> {
  const traced = world.seed % RETRACED === 0;
  const result = await simulate(world, parts, { witnessed: true, traced });
  let violation = result.violation ?? unused(world, parts, result);
  if (violation === null && traced) violation = await retraced(world, parts, result);
  return { violation, result };
}

function unused(world: SimWorld, parts: SimParts, { admitted }: SimResult): Violation | null {
  if (world.clients === 0) return null;
  const reason = unusedCap(world, admitted, parts.windowOf);
  return reason === null ? null : { property: "full_use", at: world.end, reason };
}

async function retraced(world: SimWorld, parts: SimParts, { trace }: SimResult): Promise<Violation | null> {
  const again = await simulate(world, parts, { witnessed: false, traced: true });
  if (again.trace === trace) return null;
  return { property: "same_trace", at: world.start, reason: `${trace} the first time, then ${again.trace}` };
}
