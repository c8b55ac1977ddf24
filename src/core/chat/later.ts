/**
 * Reading without a promise for each piece. Who reads is given what is there, or LATER, and is then woken once. So all layers of a
 * stream run through in one go when bytes arrive, and nothing is allocated for the waiting.
 */

/** Nothing is there yet: `wake` of the call that gave this is called once, when it is worth reading again. */
export const LATER = Symbol("later");
export type Later = typeof LATER;

export type Wake = () => void;

/** What `read` gives at last. Rejects with what it throws. */
export function promised<T>(read: (wake: Wake) => T | Later): Promise<T> {
  return new Promise((resolve, reject) => {
    const wake = (): void => {
      try {
        const value = read(wake);
        if (value !== LATER) resolve(value);
      } catch (error) {
        reject(error);
      }
    };
    wake();
  });
}

/** The other way round: reads what comes as promises. Throws what they reject with. */
export function awaited<T>(next: () => Promise<T>): (wake: Wake) => T | Later {
  let settled: { value: T } | { error: unknown } | null = null;
  return (wake) => {
    const came = settled;
    settled = null;
    if (came === null) {
      next()
        .then(
          (value) => {
            settled = { value };
          },
          (error: unknown) => {
            settled = { error };
          },
        )
        .then(wake);
      return LATER;
    }
    if ("error" in came) throw came.error;
    return came.value;
  };
}
