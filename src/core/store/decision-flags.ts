/** What is yes or no in a decision, as one number, and back: the same in every form that decisions are kept in. */
import type { CallStep, DecisionRecord } from "../route/decision.ts";

export function requestFlags({ known, needs }: Pick<DecisionRecord, "known" | "needs">): number {
  const { tools, vision, jsonSchema, private: isPrivate } = needs;
  return (known ? 1 : 0) | (tools ? 2 : 0) | (vision ? 4 : 0) | (jsonSchema ? 8 : 0) | (isPrivate ? 16 : 0);
}

export function readRequestFlags(flags: number): Pick<DecisionRecord, "known" | "needs"> {
  return {
    known: flag(flags, 0),
    needs: {
      ...{ tools: flag(flags, 1), vision: flag(flags, 2) },
      ...{ jsonSchema: flag(flags, 3), private: flag(flags, 4) },
    },
  };
}

type CallAnswers = Pick<CallStep, "isDouble" | "sparesFailing" | "marks">;

/** All but `overflowed` of the marks, which is a number. */
export function callFlags({ isDouble, sparesFailing, marks }: CallAnswers): number {
  const { tried, retried, refused, objected } = marks;
  const left = (tried ? 4 : 0) | (retried ? 8 : 0) | (refused ? 16 : 0) | (objected ? 32 : 0);
  return (isDouble ? 1 : 0) | (sparesFailing ? 2 : 0) | left;
}

export function readCallFlags(flags: number, overflowed: number): CallAnswers {
  return {
    isDouble: flag(flags, 0),
    sparesFailing: flag(flags, 1),
    marks: {
      ...{ tried: flag(flags, 2), retried: flag(flags, 3), refused: flag(flags, 4) },
      ...{ objected: flag(flags, 5), overflowed },
    },
  };
}

function flag(sum: number, index: number): boolean {
  return ((sum >> index) & 1) === 1;
}
