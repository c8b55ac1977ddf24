/** Virtual time, in whole milliseconds as the clocks of programs have it: what is to happen, in order. At the same instant, what was planned first happens first. */
interface Planned {
  at: number;
  order: number;
  run(): void;
}

export class Timeline {
  /** A binary heap: no entry comes before its parent. */
  readonly #heap: Planned[] = [];
  #order = 0;
  now: number;

  constructor(start: number) {
    this.now = start;
  }

  at(instant: number, run: () => void): void {
    const entry = { at: Math.max(Math.ceil(instant), this.now), order: this.#order++, run };
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const other = heap[parent];
      if (other === undefined || !before(entry, other)) break;
      heap[index] = other;
      index = parent;
    }
    heap[index] = entry;
  }

  after(milliseconds: number, run: () => void): void {
    this.at(this.now + milliseconds, run);
  }

  /** Moves on to what comes next and does it; false when there is nothing before `end`. */
  step(end: number): boolean {
    const first = this.#heap[0];
    if (first === undefined || first.at > end) return false;
    this.#removeFirst();
    this.now = first.at;
    first.run();
    return true;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      let next = heap[child];
      const right = heap[child + 1];
      if (next !== undefined && right !== undefined && before(right, next)) {
        child++;
        next = right;
      }
      if (next === undefined || !before(next, last)) break;
      heap[index] = next;
      index = child;
    }
    heap[index] = last;
  }
}

function before(one: Planned, other: Planned): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
