/** Tool schemas for providers whose reader knows little of JSON schema. */
import { describe, expect, test } from "vitest";
import { plainSchema } from "../../../src/providers/dialect/openai/plain-schema.ts";

const text = { type: "string" };
const property = (value: unknown, more: object = {}) => {
  const plain = plainSchema({ type: "object", properties: { x: value }, ...more });
  return (plain.properties as Record<string, unknown>).x;
};

test("what is plain stays, what is not understood goes", () => {
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "made-up",
    type: "object",
    additionalProperties: false,
    properties: {
      city: { type: "string", description: "Where", minLength: 1, pattern: "^.", "x-order": 1 },
      days: { type: "integer", minimum: 1, maximum: 9, exclusiveMinimum: 0 },
      units: { type: "string", enum: ["C", "F"], default: "C" },
      tags: { type: "array", items: { type: "string" }, uniqueItems: true },
    },
    required: ["city", "nothing"],
  };
  expect(plainSchema(schema)).toEqual({
    type: "object",
    properties: {
      city: { type: "string", description: "Where" },
      days: { type: "integer", minimum: 1, maximum: 9 },
      units: { type: "string", enum: ["C", "F"] },
      tags: { type: "array", items: { type: "string" } },
    },
    required: ["city"],
  });
});

describe("unions", () => {
  test.each<[string, unknown, unknown]>([
    ["null beside a type", { type: ["null", "integer"] }, { type: "integer" }],
    ["an optional", { anyOf: [text, { type: "null" }], description: "d" }, { ...text, description: "d" }],
    ["constants", { oneOf: [{ const: "a" }, { const: "b" }] }, { ...text, enum: ["a", "b"] }],
    ["a word of a list or any", { anyOf: [{ ...text, enum: ["a"] }, text] }, text],
    ["text or number", { anyOf: [text, { type: "number" }] }, text],
    [
      "objects",
      {
        oneOf: [
          { properties: { kind: { const: "a" }, a: text }, required: ["kind", "a"] },
          { properties: { kind: { const: "b" }, b: text }, required: ["kind"] },
        ],
      },
      {
        type: "object",
        properties: { kind: { ...text, enum: ["a"] }, a: text, b: text },
        required: ["kind"],
      },
    ],
    [
      "all of several",
      {
        allOf: [
          { type: "object", properties: { a: text }, required: ["a"] },
          { properties: { b: text }, required: ["b"] },
        ],
      },
      { type: "object", properties: { a: text, b: text }, required: ["a", "b"] },
    ],
  ])("%s", (_, value, plain) => {
    expect(property(value)).toEqual(plain);
  });
});

describe("references", () => {
  const $defs = { place: { type: "object", properties: { city: text } }, "a/b": { type: "integer" } };

  test("inside the document are put in place, with what stands beside them", () => {
    expect(property({ $ref: "#/$defs/place", description: "d" }, { $defs })).toEqual({
      type: "object",
      properties: { city: text },
      description: "d",
    });
    expect(property({ $ref: "#/$defs/a~1b" }, { $defs })).toEqual({ type: "integer" });
    expect(plainSchema({ $ref: "#/$defs/place", $defs })).toEqual($defs.place);
  });

  test.each(["#/$defs/nothing", "https://example.org/schema.json", "#/__proto__/x"])(
    "to %s say nothing",
    ($ref) => {
      expect(property({ $ref }, { $defs })).toEqual({ type: "object" });
    },
  );

  test("that go in a circle end there", () => {
    const tree = {
      type: "object",
      properties: { children: { type: "array", items: { $ref: "#/$defs/tree" } } },
    };
    expect(property({ $ref: "#/$defs/tree" }, { $defs: { tree } })).toEqual({
      type: "object",
      properties: { children: { type: "array", items: { type: "object" } } },
    });
    expect(
      property({ $ref: "#/$defs/a" }, { $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } }),
    ).toEqual({
      type: "object",
    });
  });

  test("that multiply end at some size", () => {
    const names = Array.from({ length: 24 }, (_, level) => `l${level}`);
    const levels = names.map((name, level) => {
      const $ref = `#/$defs/l${level + 1}`;
      return [name, { type: "object", properties: { a: { $ref }, b: { $ref } } }];
    });
    const schema = { $ref: "#/$defs/l0", $defs: Object.fromEntries(levels) };
    expect(JSON.stringify(plainSchema(schema)).length).toBeLessThan(400_000);
  });
});

test.each<[string, Record<string, unknown>]>([
  ["nothing", {}],
  ["a text", { type: "string" }],
  ["an object without properties", { type: "object" }],
  ["nonsense", { type: 7, properties: "x", required: 3, anyOf: {} }],
])("the arguments of a tool are an object, whatever was declared: %s", (_, schema) => {
  expect(plainSchema(schema)).toEqual({ type: "object", properties: {} });
});

test("a schema of great depth ends at some", () => {
  let schema: Record<string, unknown> = { type: "string" };
  for (let level = 0; level < 2_000; level++) schema = { type: "object", properties: { x: schema } };
  expect(JSON.stringify(plainSchema(schema)).length).toBeLessThan(2_000);
});
