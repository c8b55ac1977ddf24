/** Several yes-or-no answers as one number, and back. */

export function bits(flags: readonly boolean[]): number {
  let sum = 0;
  for (let index = 0; index < flags.length; index++) if (flags[index] === true) sum |= 1 << index;
  return sum;
}

export function flag(sum: number, index: number): boolean {
  return ((sum >> index) & 1) === 1;
}
