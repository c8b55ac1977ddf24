/** Takes in signed catalogues: who signed is settled before anything is read, and nothing goes back to an older one unasked. */
import { type Command, CommandError, type CommandReply, type ModelChange } from "../command.ts";
import { checkBaseUrl } from "../net/address.ts";
import type { Outbound, Timers } from "../ports.ts";
import type { Providers } from "../provider.ts";
import type { Store } from "../store/store.ts";
import { type ImportedCatalogue, parseCatalogue } from "./catalogue.ts";
import { CATALOGUE_KEYS } from "./catalogue-keys.ts";
import { modelChanges } from "./model-diff.ts";
import type { ModelHost } from "./model-host.ts";
import { providerEvent } from "./registry.ts";
import { isPublicKey, type Verified, verifySigned } from "./signature.ts";

type ImportCommand = Extract<Command, { type: "models-import" }>;

export interface ImportHost extends ModelHost {
  readonly outbound: Outbound;
  readonly timers: Timers;
  readonly providers: Providers;
}

const TIMEOUT_MS = 20_000;
const MAX_BYTES = 512 * 1024;

/** The catalogue in force; null where there is none, or none that this version reads. */
export function storedCatalogue(store: Store): ImportedCatalogue | null {
  const stored = store.catalogues.current();
  const parsed = stored && parseCatalogue(stored.document);
  return parsed && !("error" in parsed) ? parsed : null;
}

export class ModelImport {
  readonly #app: ImportHost;

  constructor(app: ImportHost) {
    this.#app = app;
  }

  async run(command: ImportCommand): Promise<CommandReply> {
    const app = this.#app;
    const { text, signature } = await this.#given(command);
    const { document, signer } = this.#verified(text, signature, command.key);
    const catalogue = parseCatalogue(document);
    if ("error" in catalogue)
      throw new CommandError("bad_catalogue", `The catalogue is refused. ${catalogue.error}`);
    this.#refuseOlder(catalogue);
    const changes = this.#changes(catalogue);
    if (command.apply) {
      const importedAt = app.clock.now();
      app.store.catalogues.add({ issued: catalogue.issued, importedAt, signer, document });
      this.#takeOver(catalogue, changes);
    }
    const issued = new Date(catalogue.issued).toISOString();
    const notes = [...catalogue.providers.keys()]
      .filter((id) => !app.providers.find(id))
      .map((id) => `It speaks of ${id}, which this version does not know.`);
    return { type: "catalogue", catalogue: { issued, signer, changes, notes, applied: command.apply } };
  }

  undo(): CommandReply {
    const { store } = this.#app;
    if (!store.catalogues.undo()) {
      throw new CommandError("no_catalogue", "No imported catalogue is in force.");
    }
    const catalogue = storedCatalogue(store);
    const changes = this.#changes(catalogue);
    this.#takeOver(catalogue, changes);
    const current = store.catalogues.current();
    const issued = current ? new Date(current.issued).toISOString() : null;
    return {
      type: "catalogue",
      catalogue: { issued, signer: current?.signer ?? null, changes, notes: [], applied: true },
    };
  }

  async #given({
    document,
    url,
    signature,
  }: ImportCommand): Promise<{ text: string; signature: string | null }> {
    if ((document === undefined) === (url === undefined)) {
      throw new CommandError("usage", "Give the catalogue, or where it lies.", null, true);
    }
    if (document !== undefined) {
      if (Buffer.byteLength(document) > MAX_BYTES) throw tooLarge();
      return { text: document, signature: signature ?? null };
    }
    const text = await this.#fetched(url ?? "");
    if (signature !== undefined || !text.trimStart().startsWith("{"))
      return { text, signature: signature ?? null };
    return { text, signature: await this.#fetched(`${url}.sig`) };
  }

  async #fetched(url: string): Promise<string> {
    const app = this.#app;
    if (!url.startsWith("https://") || !URL.canParse(url) || "error" in checkBaseUrl(new URL(url).origin)) {
      throw new CommandError(
        "url_refused",
        "A catalogue comes by https, from a public or local address.",
        null,
        true,
      );
    }
    const abort = new AbortController();
    const timer = app.timers.after(TIMEOUT_MS, () => abort.abort());
    const failed = (why: string): CommandError =>
      new CommandError(
        "not_fetched",
        `${url} could not be fetched: ${why}.`,
        "Or fetch it yourself and import the file.",
      );
    try {
      const headers = { accept: "application/json, text/plain" };
      const response = await app.outbound.send({ url, method: "GET", headers, signal: abort.signal });
      if (response.status !== 200) throw failed(`HTTP ${response.status}`);
      return await response.text(MAX_BYTES);
    } catch (error) {
      if (error instanceof CommandError) throw error;
      if (abort.signal.aborted) throw failed(`no answer within ${TIMEOUT_MS / 1000} s`);
      throw failed(error instanceof Error ? error.message : String(error));
    } finally {
      timer.cancel();
    }
  }

  #verified(
    text: string,
    signature: string | null,
    key: string | undefined,
  ): Extract<Verified, { document: string }> {
    if (key !== undefined && !isPublicKey(key)) {
      throw new CommandError(
        "bad_key",
        "--key is not a public key.",
        'It looks like "ed25519:" and 44 characters of base64.',
        true,
      );
    }
    const inForce = this.#app.store.catalogues.current()?.signer;
    const trusted = [...CATALOGUE_KEYS, ...(inForce ? [inForce] : []), ...(key ? [key] : [])];
    const verified = verifySigned(text, signature, trusted);
    if ("document" in verified) return verified;
    const { error, signer } = verified;
    if (error === "unsigned") {
      throw new CommandError(
        "unsigned",
        "The catalogue is not signed.",
        "Its signature is its first line, or lies beside it as FILE.sig.",
      );
    }
    if (error === "untrusted") {
      throw new CommandError(
        "untrusted",
        `The catalogue is signed with ${signer}, which is not trusted.`,
        "If you know that this is the key of who made it, name it with --key.",
      );
    }
    throw new CommandError(
      "forged",
      "The signature does not fit: the catalogue was changed after it was signed.",
    );
  }

  #refuseOlder({ issued }: ImportedCatalogue): void {
    const { catalogues } = this.#app.store;
    const newest = catalogues.newestIssue();
    if (newest !== null && issued < newest) {
      throw new CommandError(
        "older_catalogue",
        `This catalogue was issued ${new Date(issued).toISOString()}, an import before it ${new Date(newest).toISOString()}.`,
        "To go back to the one before: freellm models import --undo",
      );
    }
  }

  #changes(catalogue: ImportedCatalogue | null): ModelChange[] {
    const { registry, providers } = this.#app;
    const overrides = this.#app.modelOverrides();
    return providers.all().flatMap(({ id }) => {
      const after = registry.withCatalogue(id, catalogue);
      return after ? modelChanges(registry.find(id), after, overrides) : [];
    });
  }

  #takeOver(catalogue: ImportedCatalogue | null, changes: readonly ModelChange[]): void {
    const app = this.#app;
    const before = new Map(app.registry.all().map((provider) => [provider.id, provider]));
    app.registry.setCatalogue(catalogue);
    const overrides = app.modelOverrides();
    for (const provider of app.registry.all()) {
      const changed = changes.some(({ model }) => model.startsWith(`${provider.id}/`));
      const reopened = before.get(provider.id)?.status !== provider.status;
      if (changed || reopened) app.record(providerEvent(provider, overrides));
    }
  }
}

function tooLarge(): CommandError {
  return new CommandError("too_large", `A catalogue has at most ${MAX_BYTES / 1024} KiB.`);
}
