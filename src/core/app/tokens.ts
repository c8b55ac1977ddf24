/** The tokens that clients of this installation use. Kept sealed; compared without touching the store. */
import { CommandError } from "../command.ts";
import type { Random } from "../ports.ts";
import type { Settings } from "../store/settings.ts";
import type { SealContext } from "../vault/record.ts";
import { createTokenChecker, createUnifiedToken, type TokenChecker } from "../vault/token.ts";
import type { Vault } from "../vault/vault.ts";

/** The setting that holds the unified token, sealed. */
export const UNIFIED_TOKEN = "unified_token";
/** Settings that hold tokens of single clients begin so; the name follows. */
const NAMED = "client_token:";
const NAME = /^[a-z0-9][a-z0-9._-]{0,40}$/i;
const MOST_TOKENS = 50;

/** Whether a setting is a sealed token. */
export function isToken(setting: string): boolean {
  return setting === UNIFIED_TOKEN || setting.startsWith(NAMED);
}

/** What the sealed record of a token's setting is bound to. */
export function tokenPlace(setting: string): SealContext {
  return { table: "settings", row: setting, provider: "", field: "value" };
}

export class Tokens {
  readonly #settings: Settings;
  readonly #vault: Vault;
  readonly #random: Random;
  #unified: string;
  /** By setting. */
  readonly #checkers = new Map<string, TokenChecker>();

  /** Makes the unified token at the first run. */
  constructor(settings: Settings, vault: Vault, random: Random) {
    this.#settings = settings;
    this.#vault = vault;
    this.#random = random;
    for (const setting of settings.names(NAMED)) this.#watch(setting, this.#open(setting));
    this.#unified = this.#open(UNIFIED_TOKEN) ?? this.#create(UNIFIED_TOKEN);
    this.#watch(UNIFIED_TOKEN, this.#unified);
  }

  /** The unified token. */
  show(): string {
    return this.#unified;
  }

  /** The old unified token is refused from now on; those with names stay. */
  rotate(): string {
    this.#unified = this.#create(UNIFIED_TOKEN);
    this.#watch(UNIFIED_TOKEN, this.#unified);
    return this.#unified;
  }

  /** Names of the tokens beside the unified one. */
  names(): string[] {
    return [...this.#checkers.keys()]
      .filter((setting) => setting !== UNIFIED_TOKEN)
      .map((setting) => setting.slice(NAMED.length));
  }

  /** A token of its own for one client. It is shown now and never again. Throws CommandError. */
  add(name: string): string {
    if (!NAME.test(name)) {
      const hint =
        "Use up to 41 letters, digits, dots, dashes and underscores, for example: freellm token add laptop";
      throw new CommandError("invalid_name", `"${name}" is no name for a token.`, hint, true);
    }
    const setting = NAMED + name;
    if (this.#checkers.has(setting)) {
      const hint = `Replace it: freellm token revoke ${name} && freellm token add ${name}`;
      throw new CommandError("duplicate_token", `There is a token ${name} already.`, hint);
    }
    if (this.#checkers.size > MOST_TOKENS) {
      throw new CommandError(
        "too_many_tokens",
        `There are ${MOST_TOKENS} tokens already.`,
        "Revoke one first.",
      );
    }
    const token = this.#create(setting);
    this.#watch(setting, token);
    return token;
  }

  /** Refused from now on. Throws CommandError for a name that is none. */
  revoke(name: string): void {
    const setting = NAMED + name;
    if (!this.#checkers.delete(setting)) {
      throw new CommandError("unknown_token", `There is no token "${name}".`, "See: freellm token list");
    }
    this.#settings.remove(setting);
  }

  /** In constant time for each token. */
  accepts(token: string): boolean {
    let matches = false;
    for (const checker of this.#checkers.values()) matches = checker.matches(token) || matches;
    return matches;
  }

  #watch(setting: string, token: string | null): void {
    if (token !== null) this.#checkers.set(setting, createTokenChecker(token));
  }

  #open(setting: string): string | null {
    const sealed = this.#settings.sealed(setting);
    return sealed ? this.#vault.open(tokenPlace(setting), sealed) : null;
  }

  #create(setting: string): string {
    const token = createUnifiedToken(this.#random);
    this.#settings.set(setting, this.#vault.seal(tokenPlace(setting), token));
    return token;
  }
}
