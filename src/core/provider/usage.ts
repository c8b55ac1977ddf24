/** Usage endpoints in the contract: where a provider tells what is used of its limits, and how its reply is read. */
import type { LimitMetric, LimitReset, LimitWindow } from "../route/limits.ts";

/**
 * Where the provider tells what an account or key has used and may use, whoever used it. Asked now and then while the proxy is
 * in use, never on a request's way; only what counts against no limit stands here.
 */
export interface UsageSpec {
  /** Path below the base URL, asked by GET; starts with "/". */
  path: string;
  /** Path from the root of the host instead of below the base URL. */
  fromRoot?: boolean;
  /** With `fromRoot`: another origin of the provider, asked unless the key has an address of its own. */
  host?: string;
  /** An account is asked at most this often, in milliseconds. */
  everyMs: number;
  /** How long a call may take to show in it, in milliseconds. */
  lagMs: number;
  limits: readonly UsageLimit[];
}

/** One limit in the reply. Places are names with dots between; a number stands for itself. */
export interface UsageLimit {
  metric: LimitMetric;
  window: LimitWindow;
  scope: "key" | "account";
  /** As the limits of its models name it; a name of its own where they do not have it. */
  pool: string;
  reset: LimitReset;
  /** null: nobody tells, so that only a used-up one means something. */
  cap: string | number | null;
  /** At least one of these two. */
  used?: string;
  remaining?: string;
  /** An instant: ISO, or epoch in seconds or milliseconds. Without one the calendar says, or `holdsMs`. */
  resetAt?: string;
  /** What is told is multiplied by this, such as 100 where it is a fraction. */
  scale?: number;
  /** How long a statement holds where nobody knows the reset. */
  holdsMs?: number;
}
