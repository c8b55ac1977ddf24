/** What becomes of each line of an import. */
import { type Admin, type Command, CommandError, type KeyCheck } from "../../core/command.ts";
import type { Output } from "../output.ts";
import { CUSTOM } from "./addition.ts";
import type { FoundKey } from "./found-key.ts";
import { secretHint } from "./view.ts";

export type ImportAction = "add" | "exists" | "ambiguous" | "unknown" | "refused" | "added" | "failed";

export interface ImportRow {
  key: FoundKey;
  action: ImportAction;
  /** The key that is there or was added. */
  id: string | null;
  /** In words: why, and what to do. */
  detail: string | null;
  /** What the provider's first key brings along to say. */
  notes: readonly string[];
}

/** What would happen. Asks only whoever keeps the keys. */
export async function previewOf(admin: Admin, found: readonly FoundKey[]): Promise<ImportRow[]> {
  const questions = found.flatMap((key) => {
    if (key.problem !== null) return [];
    // A key that is there already is no riddle any more.
    return (key.provider === null ? key.candidates : [key.provider]).map((provider) => ({ key, provider }));
  });
  const keys = questions.map(({ key: { secret, baseUrl }, provider }) => ({
    ...{ provider, secret },
    ...(baseUrl === undefined ? {} : { baseUrl }),
  }));
  const reply = keys.length === 0 ? null : await admin.execute({ type: "keys-check", keys });
  const checks = new Map<FoundKey, KeyCheck>();
  questions.forEach(({ key }, index) => {
    const check = reply?.type === "checked" ? reply.checks[index] : undefined;
    if (check && (key.provider !== null || check.duplicate !== null)) checks.set(key, check);
  });
  const lines = new Map<string, number>();
  return found.map((key) => {
    const first = firstLine(lines, key);
    if (first !== null) return row(key, "exists", null, `the same as line ${first}`);
    const { provider, candidates, problem } = key;
    if (problem !== null) return row(key, "refused", null, problem);
    const check = checks.get(key);
    if (check?.duplicate) return row(key, "exists", check.duplicate, `already there as ${check.duplicate}`);
    if (provider === null) return unclear(key, candidates);
    if (check?.problem) return row(key, "refused", null, check.problem);
    return row(key, "add");
  });
}

/** The line that had the same key before; null for the first. */
function firstLine(lines: Map<string, number>, { provider, secret, baseUrl, line }: FoundKey): number | null {
  const name = JSON.stringify([secret === null || provider === CUSTOM ? [provider, baseUrl] : null, secret]);
  const first = lines.get(name);
  if (first === undefined) lines.set(name, line);
  return first ?? null;
}

function unclear(key: FoundKey, candidates: readonly string[]): ImportRow {
  const [first = "PROVIDER"] = candidates;
  const how = `freellm keys add ${candidates.length === 1 ? first : "PROVIDER"}`;
  return candidates.length > 0
    ? row(key, "ambiguous", null, `may be of ${candidates.join(", ")}; say which: ${how}`)
    : row(key, "unknown", null, `no provider is known by its name or shape; name it: ${how}`);
}

function row(
  key: FoundKey,
  action: ImportAction,
  id: string | null = null,
  detail: string | null = null,
): ImportRow {
  return { key, action, id, detail, notes: [] };
}

/** Adds what the preview said, line by line: each is safe before the next one, and one that fails stops no other. */
export async function importKeys(
  admin: Admin,
  rows: readonly ImportRow[],
  test: boolean | undefined,
  progress: (count: number) => void,
): Promise<ImportRow[]> {
  const done: ImportRow[] = [];
  let count = 0;
  for (const planned of rows) {
    done.push(planned.action === "add" ? await addOne(admin, planned.key, test) : planned);
    if (planned.action === "add") progress(++count);
  }
  return done;
}

async function addOne(admin: Admin, key: FoundKey, test: boolean | undefined): Promise<ImportRow> {
  try {
    const reply = await admin.execute(additionOf(key, test));
    if (reply.type !== "key") return row(key, "failed", null, "the server gave no key back");
    return { ...row(key, "added", reply.key.id), notes: reply.notes };
  } catch (error) {
    if (error instanceof CommandError && error.code === "duplicate_key") {
      return row(key, "exists", null, error.message);
    }
    const message = error instanceof Error ? error.message : String(error);
    return row(key, "failed", null, message);
  }
}

/** The command that adds a key that was found. */
export function additionOf(key: FoundKey, test?: boolean): Extract<Command, { type: "key-add" }> {
  const { provider, secret, label, account, baseUrl, endpoint, modelGroups, proxy, disabled } = key;
  return {
    type: "key-add",
    provider: provider ?? CUSTOM,
    secret,
    ...(label === undefined ? {} : { label }),
    ...(account === undefined ? {} : { account }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(endpoint === undefined ? {} : { name: endpoint }),
    ...(modelGroups === undefined ? {} : { modelGroups }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(disabled === undefined ? {} : { disabled }),
    ...(test === undefined ? {} : { test }),
  };
}

/** The documented JSON of a line: no more of a secret than its last four characters. */
export function rowData({ key, action, id, detail, notes }: ImportRow): Record<string, unknown> {
  const { line, name, provider, candidates, label = null } = key;
  return {
    line,
    name,
    provider,
    candidates,
    label,
    last4: key.secret?.slice(-4) ?? null,
    action,
    id,
    detail,
    notes,
  };
}

const COLOURS: Readonly<Record<ImportAction, "green" | "gray" | "yellow" | "red">> = {
  add: "green",
  added: "green",
  exists: "gray",
  ambiguous: "yellow",
  unknown: "yellow",
  refused: "yellow",
  failed: "red",
};
const ACTION_COLUMN = 4;

export function printRows(output: Output, rows: readonly ImportRow[]): void {
  if (rows.length === 0) {
    output.line("No keys were found: neither by the names of variables nor by their shape.");
    return;
  }
  const cells = rows.map(({ key, action, id, detail }) => [
    String(key.line),
    key.provider === CUSTOM ? (key.endpoint ?? CUSTOM) : (key.provider ?? "?"),
    key.label ?? key.name ?? "",
    secretHint(key.secret?.slice(-4) ?? null),
    action,
    [action === "added" ? id : null, detail].filter((part) => part !== null).join(": "),
  ]);
  output.table(["LINE", "PROVIDER", "LABEL", "KEY", "ACTION", "WHY"], cells, (text, column) =>
    column === ACTION_COLUMN ? output.paint[COLOURS[text as ImportAction] ?? "gray"](text) : text,
  );
  for (const { id, notes } of rows) for (const note of notes) output.note(`${id}: ${note}`);
}
