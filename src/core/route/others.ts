/** Use of a limit that is not counted where it is asked: by others, by keys that drain together, by an account that a key has left. */
import type { Archive, Numbered } from "./archive.ts";

/** What one counter tells another. */
export interface Partner {
  /** Its own use that counts at `now`. */
  own(now: number): number;
  /** What of that will still count at later instants; to be asked in their order. */
  ownDecline(now: number): (at: number) => number;
  /** When so much of it may have left. */
  ownFreeAt(now: number, amount: number): number;
  /** When all of it will have left. */
  ownEmptyAt(now: number): number;
}

/** A key may change its account a few times while a window is open. */
const MOST_INHERITED = 4;

export class Others<P extends Partner> {
  /** What the provider told of last, and until when it counts. */
  #unseen = 0;
  #unseenUntil = 0;
  /** Counters that the provider seems to count as this one, and until when. */
  #joined: readonly P[] = [];
  #joinedUntil = 0;
  /** Counters whose calls come here now: what was taken from them still counts. */
  #inherited: readonly P[] = [];
  /** None of all that yet: asked at every decision. */
  #none = true;

  sum(now: number): number {
    return this.#none ? 0 : this.unseen(now) + this.#partnersUse(now);
  }

  /** Until when the sum stays as it is now; now when that depends on what partners do. */
  staysUntil(now: number): number {
    if (this.#none) return Number.POSITIVE_INFINITY;
    if (this.partners(now).length > 0) return now;
    return now < this.#unseenUntil ? this.#unseenUntil : Number.POSITIVE_INFINITY;
  }

  decline(now: number): (at: number) => number {
    const unseen = this.unseen(now);
    const partners = this.partners(now).map((partner) => partner.ownDecline(now));
    return (at) => {
      let sum = at < this.#unseenUntil ? unseen : 0;
      for (const partner of partners) sum += partner(at);
      return sum;
    };
  }

  /** When so much of it may be gone. */
  freeAt(now: number, amount: number): number {
    let soonest = this.unseen(now) > 0 ? this.#unseenUntil : Number.POSITIVE_INFINITY;
    for (const partner of this.partners(now)) {
      if (partner.own(now) > 0) soonest = Math.min(soonest, partner.ownFreeAt(now, amount));
    }
    return soonest;
  }

  emptyAt(now: number): number {
    const start = this.unseen(now) > 0 ? this.#unseenUntil : now;
    return this.partners(now).reduce((last, partner) => Math.max(last, partner.ownEmptyAt(now)), start);
  }

  unseen(now: number): number {
    return now < this.#unseenUntil ? this.#unseen : 0;
  }

  /**
   * So much was used that this counter cannot have seen: what partners took explains a part of it. `isLate`: the figure may lag
   * behind, so that what is known already is not less.
   */
  tell(amount: number, until: number, now: number, isLate: boolean): void {
    const known = isLate ? this.unseen(now) : 0;
    this.#none = false;
    this.#unseen = Math.max(known, amount - this.#partnersUse(now));
    this.#unseenUntil = Math.max(until, isLate && known > 0 ? this.#unseenUntil : until);
  }

  /** What counts of it over a restart. */
  restore(amount: number, until: number): void {
    this.#none = false;
    this.#unseen = amount;
    this.#unseenUntil = until;
  }

  /** What still counts of it; null where nothing does. */
  elsewhere(now: number): { amount: number; until: number } | null {
    const amount = this.unseen(now);
    return amount > 0 ? { amount, until: this.#unseenUntil } : null;
  }

  join(other: P, until: number, now: number): void {
    this.#none = false;
    if (now >= this.#joinedUntil) this.#joined = [];
    this.#joinedUntil = Math.max(this.#joinedUntil, until);
    if (this.#joined.includes(other)) return;
    this.#joined = [...this.#joined, other];
    // What it took was use that could not be seen until now.
    this.#unseen = Math.max(0, this.#unseen - other.own(now));
  }

  /** The calls of `old` come to `self` from now on. */
  inherit(self: P, old: P, theirs: Others<P>): void {
    this.#none = false;
    const without = (partners: Iterable<P>): P[] =>
      [...new Set(partners)].filter((partner) => partner !== self);
    this.#inherited = without([...theirs.#inherited, ...this.#inherited, old]).slice(-MOST_INHERITED);
    this.#joined = without([...this.#joined, ...theirs.#joined]);
    this.#joinedUntil = Math.max(this.#joinedUntil, theirs.#joinedUntil);
    this.#unseen = Math.max(this.#unseen, theirs.#unseen);
    this.#unseenUntil = Math.max(this.#unseenUntil, theirs.#unseenUntil);
  }

  partners(now: number): readonly P[] {
    if (this.#joined.length === 0 || now >= this.#joinedUntil) return this.#inherited;
    if (this.#inherited.length === 0) return this.#joined;
    return [...new Set([...this.#joined, ...this.#inherited])];
  }

  /** Everything that it refers to, whether it counts now or not. */
  get related(): readonly P[] {
    return [...this.#joined, ...this.#inherited];
  }

  archive(archive: Archive, { numberOf, at }: Numbered<P>): void {
    this.#unseen = archive.value(this.#unseen);
    this.#unseenUntil = archive.value(this.#unseenUntil);
    this.#joined = archive.value(this.#joined.map(numberOf)).map(at);
    this.#joinedUntil = archive.value(this.#joinedUntil);
    this.#inherited = archive.value(this.#inherited.map(numberOf)).map(at);
    this.#none = archive.value(this.#none);
  }

  #partnersUse(now: number): number {
    let sum = 0;
    for (const partner of this.partners(now)) sum += partner.own(now);
    return sum;
  }
}
