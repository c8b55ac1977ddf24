/** Who is at work and who waits for time to go on: virtual time moves only when nobody is at work. */

/** More turns than any chain of promises has. */
const MOST_TURNS = 100_000;

export class Pauses {
  /** Flows that have something to do before time goes on. */
  busy = 0;

  /** A flow has nothing to do until `resume` is called. */
  until<Result>(start: (resume: (result: () => Result) => void) => void): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.busy--;
      start((result) => {
        this.busy++;
        try {
          resolve(result());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** Resolves when nobody is at work. */
  async settled(): Promise<void> {
    for (let turn = 0; this.busy > 0; turn++) {
      if (turn > MOST_TURNS) throw new Error("the simulation waits for something that never comes");
      await undefined;
    }
  }
}
