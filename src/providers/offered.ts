/** The built-in providers in the order in which they are offered: what is free comes first, then by id. */
import type { ProviderSpec, ProviderStatus } from "../core/provider.ts";
import * as catalogue from "./catalogue.ts";

const OFFERED: readonly ProviderStatus[] = ["active", "limited", "paid", "retired"];

export const BUILT_IN: readonly ProviderSpec[] = Object.values(catalogue).sort(
  (one, other) => OFFERED.indexOf(one.status) - OFFERED.indexOf(other.status) || (one.id < other.id ? -1 : 1),
);
