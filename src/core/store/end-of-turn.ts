/** What is done once a turn of the event loop is over: one wait for all of it, as each costs a quarter of a microsecond. */
export type EndOfTurn = (work: () => void) => void;

/** `work` must not throw: what comes after it in the same turn would be left out. */
export function createEndOfTurn(): EndOfTurn {
  let works: (() => void)[] = [];

  function run(): void {
    const due = works;
    works = [];
    for (const work of due) work();
  }

  return (work) => {
    if (works.push(work) === 1) setImmediate(run);
  };
}
