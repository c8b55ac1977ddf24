/** Objects of many optional fields, of which a request has a few. */
import * as v from "valibot";

/**
 * As `v.object`, and as strict, but looks only at the fields that are there: a request has three of forty. What does not fit is
 * looked at once more by `v.object` itself, so that the first issue is the same.
 */
export function objectOf<const Entries extends v.ObjectEntries>(
  entries: Entries,
  expected: string,
): v.ObjectSchema<Entries, string> {
  const whole = v.object(entries, expected);
  const known = new Map<string, v.ObjectEntries[string]>(Object.entries(entries));
  const required = [...known].filter(([, { type }]) => type !== "optional" && type !== "nullish");
  const names = required.map(([name]) => name);
  return {
    ...whole,
    "~run"(dataset, config) {
      const input = dataset.value;
      if (!isObject(input)) return whole["~run"](dataset, config);
      for (const name of names) if (!(name in input)) return whole["~run"](dataset, config);
      const output: Record<string, unknown> = {};
      for (const name in input) {
        const schema = known.get(name);
        if (schema === undefined) continue;
        const field = schema["~run"]({ value: input[name] }, config);
        if (field.issues !== undefined) return whole["~run"](dataset, config);
        output[name] = field.value;
      }
      return { typed: true, value: output as v.InferOutput<typeof whole>, issues: undefined };
    },
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
