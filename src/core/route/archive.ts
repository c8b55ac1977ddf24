/**
 * How the routing state is written down whole and read again. Each class with a state has one method that passes every field of
 * its own through an archive: writing keeps the value and gives it back, reading gives the one that was kept. One list, one order.
 */

export interface Archive {
  /** Data as JSON has it; numbers need not be finite. */
  value<T>(current: T): T;
}

/** Things that refer to each other, by their numbers. */
export interface Numbered<T> {
  readonly list: readonly T[];
  numberOf(item: T): number;
  /** Throws for a number that nothing has. */
  at(number: number): T;
}

export function numbered<T>(list: readonly T[]): Numbered<T> {
  const numbers = new Map(list.map((item, index) => [item, index]));
  return {
    list,
    numberOf: (item) => numbers.get(item) ?? -1,
    at(number) {
      const item = list[number];
      if (item === undefined) throw new RangeError(`nothing has the number ${number}`);
      return item;
    },
  };
}

/** Entries that hold nothing but data. */
export function archiveMap<K, V>(archive: Archive, map: Map<K, V>): void {
  for (const [key, value] of archive.value([...map])) map.set(key, value);
}

export class ArchiveWriter implements Archive {
  readonly values: unknown[] = [];

  value<T>(current: T): T {
    this.values.push(current);
    return current;
  }
}

export class ArchiveReader implements Archive {
  readonly #values: readonly unknown[];
  #next = 0;

  constructor(values: readonly unknown[]) {
    this.#values = values;
  }

  /** What was written by a program of the same version in the same order. */
  value<T>(_current: T): T {
    return this.#values[this.#next++] as T;
  }
}

/** What JSON cannot say. */
const NOT_FINITE: Readonly<Record<string, number>> = {
  "+Infinity": Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

export function archiveText(values: unknown): string {
  return JSON.stringify(values, (_, value: unknown) => {
    if (value === Number.POSITIVE_INFINITY) return { $: "+Infinity" };
    if (value === Number.NEGATIVE_INFINITY) return { $: "-Infinity" };
    return value;
  });
}

export function archiveValues(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) => {
    const isMark = typeof value === "object" && value !== null && "$" in value;
    return isMark && typeof value.$ === "string" ? NOT_FINITE[value.$] : value;
  });
}
