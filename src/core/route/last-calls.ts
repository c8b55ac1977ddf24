/** When an account was last called: figures that a provider gives a little later may not have those calls yet. */
import { type Archive, archiveMap } from "./archive.ts";
import type { AccountId } from "./event.ts";

export class LastCalls {
  /** When one last began or ended. */
  readonly #at = new Map<AccountId, number>();
  /** Under way, by number. */
  readonly #open = new Map<number, AccountId>();

  began(callId: number, account: AccountId, at: number): void {
    this.#at.set(account, at);
    this.#open.set(callId, account);
  }

  ended(callId: number, at: number): void {
    const account = this.#open.get(callId);
    if (account === undefined) return;
    this.#at.set(account, at);
    this.#open.delete(callId);
  }

  /** `now` while a call is under way; -Infinity where none was seen. */
  at(account: AccountId, now: number): number {
    for (const open of this.#open.values()) if (open === account) return now;
    return this.#at.get(account) ?? Number.NEGATIVE_INFINITY;
  }

  archive(archive: Archive): void {
    archiveMap(archive, this.#at);
    archiveMap(archive, this.#open);
  }
}
