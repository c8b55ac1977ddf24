/** `keys add --keyless`: every provider that answers without a key. */
import type { CommandReply, KeyView } from "../../core/command.ts";
import { CommandError } from "../../core/command.ts";
import type { LimitSpec, ProviderSpec } from "../../core/provider.ts";
import { EXIT_FAILED, usageError } from "../complaint.ts";
import { connect, withConnection } from "../connect.ts";
import type { Context } from "../context.ts";
import { loadProviders } from "../open.ts";
import type { Output } from "../output.ts";
import type { AddOptions } from "./addition.ts";
import { keyData } from "./view.ts";

/** Asks first, unless told not to. What is there already stays as it is. */
export async function addKeyless(context: Context, options: AddOptions): Promise<void> {
  const { output } = context;
  const open = (await loadProviders())
    .all()
    .filter(({ anonymous, status }) => anonymous && status !== "paid" && status !== "retired");
  const { keys } = await withConnection(connect(context, options), ({ admin }) => admin.snapshot());
  const missing = open.filter(({ id }) => !isThere(keys, id));
  if (missing.length === 0) {
    if (output.json) output.data({ keys: [], failures: [] });
    else output.line("All providers that work without a key are there already.");
    return;
  }
  if (!output.json) explain(output, missing);
  if (options.yes !== true && !(await confirmed(context, missing.length))) {
    return output.line("Nothing was changed.");
  }
  const added: KeyView[] = [];
  const failures: { provider: string; message: string }[] = [];
  await withConnection(connect(context, options), async ({ admin }) => {
    for (const { id } of missing) {
      try {
        const reply: CommandReply = await admin.execute({ type: "key-add", provider: id, secret: null });
        if (reply.type === "key") added.push(reply.key);
      } catch (error) {
        // Somebody was faster: what was wanted is there.
        if (error instanceof CommandError && error.code === "duplicate_key") continue;
        failures.push({ provider: id, message: error instanceof Error ? error.message : String(error) });
      }
    }
  });
  if (failures.length > 0) output.exitCode = EXIT_FAILED;
  if (output.json) return output.data({ keys: added.map(keyData), failures });
  for (const key of added) output.line(`Added ${key.id}, number ${key.order} in the order.`);
  for (const { provider, message } of failures) output.warn(`${provider} was not added: ${message}`);
}

function isThere(keys: readonly KeyView[], provider: string): boolean {
  return keys.some((key) => key.provider === provider && key.last4 === null);
}

const DATA_USE = { no_training: "no training", may_train: "may train on it", unknown: "not known" } as const;

function explain(output: Output, providers: readonly ProviderSpec[]): void {
  const rows = providers.map((spec) => [
    spec.id,
    limitText(spec),
    DATA_USE[spec.dataUse],
    [spec.statusNote, spec.terms].filter((part) => part !== null).join(" "),
  ]);
  output.table(["PROVIDER", "LIMITS", "WHAT YOU SEND", "TERMS"], rows);
  output.line();
  output.line(
    "Without a key a provider knows you by your IP address: whoever shares it shares the limits, and",
  );
  output.line(
    "calls may be refused or slow at any time. What you ask is sent to these providers all the same.",
  );
}

const SHOWN_LIMITS = 2;

function limitText({ models }: ProviderSpec): string {
  const free = models.find(({ status }) => status === "active" || status === "promo");
  const limits = (free?.limits ?? []).slice(0, SHOWN_LIMITS).map(oneLimit);
  return limits.length === 0 ? "not known" : limits.join(", ");
}

function oneLimit({ metric, window, cap }: LimitSpec): string {
  return metric === "concurrency"
    ? `${cap} at once`
    : `${cap} ${cap === 1 ? metric.replace(/s$/, "") : metric} a ${window}`;
}

async function confirmed({ interactive, output }: Context, count: number): Promise<boolean> {
  if (!interactive || output.json) {
    throw usageError("Adding providers without a key has to be confirmed.", "Add --yes.");
  }
  const { confirm } = await import("@inquirer/prompts");
  const message = `Add ${count === 1 ? "this provider" : `these ${count} providers`} without a key?`;
  return await confirm({ message, default: false }, { output: process.stderr });
}
