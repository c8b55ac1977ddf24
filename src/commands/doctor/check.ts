/** One thing that was looked at. */
export interface Check {
  /** Stays the same in all versions: `home_mode`, `server`. */
  id: string;
  result: "ok" | "warn" | "fail";
  /** What was found, in one sentence. */
  message: string;
  /** What to do; null when nothing is to be done. */
  remedy: string | null;
}

export function ok(id: string, message: string): Check {
  return { id, result: "ok", message, remedy: null };
}

export function warn(id: string, message: string, remedy: string): Check {
  return { id, result: "warn", message, remedy };
}

export function fail(id: string, message: string, remedy: string): Check {
  return { id, result: "fail", message, remedy };
}
