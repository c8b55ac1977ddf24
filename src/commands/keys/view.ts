/** Keys as they are shown. */
import type { KeyView } from "../../core/command.ts";
import { DIRECT } from "../../core/net/proxy-url.ts";
import type { KeyState } from "../../core/route/event.ts";
import { duration, isoTime } from "../moment.ts";
import type { Output } from "../output.ts";

const COLOURS: Readonly<Record<KeyState, "green" | "yellow" | "red" | "gray">> = {
  healthy: "green",
  rate_limited: "yellow",
  invalid: "red",
  error: "red",
  unknown: "gray",
  disabled: "gray",
};
const STATE_COLUMN = 5;

/** The documented JSON of a key. */
export function keyData(key: KeyView): Record<string, unknown> {
  const { id, provider, label, account, state, detail, last4, order, baseUrl, proxy } = key;
  const until = isoTime(key.until);
  return { id, provider, label, account, state, detail, until, last4, order, baseUrl, proxy };
}

/** Never more than the last four characters. */
export function secretHint(last4: string | null): string {
  return last4 === null ? "none" : `...${last4}`;
}

/** `now` is the wall clock, to tell how long a rest still takes. */
export function printKeys(output: Output, keys: readonly KeyView[], now: number): void {
  if (output.json) {
    output.data({ keys: keys.map(keyData) });
    return;
  }
  if (keys.length === 0) {
    output.line("There are no keys yet. Add one: freellm keys add");
    return;
  }
  const rows = keys.map((key) => [
    String(key.order),
    key.id,
    key.label ?? "",
    // A terminal may be narrow: what goes without saying is not said there.
    output.columns !== null && key.account === key.id ? "" : key.account,
    secretHint(key.last4),
    key.state,
    [
      key.detail,
      key.until === null ? null : `for ${duration(key.until - now)}`,
      key.proxy === null ? null : key.proxy === DIRECT ? "without a proxy" : `through ${key.proxy}`,
    ]
      .filter((part) => part !== null)
      .join(", "),
  ]);
  output.table(["#", "ID", "LABEL", "ACCOUNT", "KEY", "STATE", "WHY"], rows, (text, column) =>
    column === STATE_COLUMN ? output.paint[COLOURS[text as KeyState] ?? "gray"](text) : text,
  );
}
