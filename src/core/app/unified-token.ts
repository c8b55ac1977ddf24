/** The token that clients of this installation use. Kept sealed; compared without touching the store. */
import type { Random } from "../ports.ts";
import type { Settings } from "../store/settings.ts";
import { createTokenChecker, createUnifiedToken, type TokenChecker } from "../vault/token.ts";
import type { Vault } from "../vault/vault.ts";

/** The setting that holds it, sealed. */
export const UNIFIED_TOKEN = "unified_token";
/** What its sealed record is bound to. */
export const TOKEN_PLACE = { table: "settings", row: UNIFIED_TOKEN, provider: "", field: "value" };

export class UnifiedToken {
  readonly #settings: Settings;
  readonly #vault: Vault;
  readonly #random: Random;
  #token: string;
  #checker: TokenChecker;

  /** Makes the token at the first run. */
  constructor(settings: Settings, vault: Vault, random: Random) {
    this.#settings = settings;
    this.#vault = vault;
    this.#random = random;
    const sealed = settings.sealed(UNIFIED_TOKEN);
    this.#token = sealed ? vault.open(TOKEN_PLACE, sealed) : this.#create();
    this.#checker = createTokenChecker(this.#token);
  }

  show(): string {
    return this.#token;
  }

  /** The old token is refused from now on. */
  rotate(): string {
    this.#token = this.#create();
    this.#checker = createTokenChecker(this.#token);
    return this.#token;
  }

  /** In constant time. */
  accepts(token: string): boolean {
    return this.#checker.matches(token);
  }

  #create(): string {
    const token = createUnifiedToken(this.#random);
    this.#settings.set(UNIFIED_TOKEN, this.#vault.seal(TOKEN_PLACE, token));
    return token;
  }
}
