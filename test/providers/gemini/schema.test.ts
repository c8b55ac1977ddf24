/** What becomes of JSON schemas. The simulated Gemini of the end-to-end test holds the same list of keywords. */
import { describe, expect, test } from "vitest";
import { reduceParameters, reduceSchema } from "../../../src/providers/dialect/gemini/schema.ts";
import { schemaFaults } from "./rules.ts";

const STRING = { type: "STRING" };

describe("a schema", () => {
  test.each<[string, unknown, unknown]>([
    ["a type", { type: "string" }, STRING],
    ["no type", {}, STRING],
    ["true", true, STRING],
    ["nothing", undefined, STRING],
    ["a nullable type", { type: ["string", "null"] }, { type: "STRING", nullable: true }],
    ["null alone", { type: "null" }, { type: "STRING", nullable: true }],
    ["OpenAPI's own nullable", { type: "number", nullable: true }, { type: "NUMBER", nullable: true }],
    [
      "several types",
      { type: ["string", "integer", "null"], description: "An id" },
      { anyOf: [STRING, { type: "INTEGER" }], nullable: true, description: "An id" },
    ],
    [
      "several types with what belongs to one of them",
      {
        type: ["object", "array"],
        properties: { a: { type: "string" } },
        items: { type: "number" },
        required: ["a"],
      },
      {
        anyOf: [
          { type: "OBJECT", properties: { a: STRING }, required: ["a"] },
          { type: "ARRAY", items: { type: "NUMBER" } },
        ],
      },
    ],
    ["an implied object", { properties: { a: {} } }, { type: "OBJECT", properties: { a: STRING } }],
    ["an implied array", { items: { type: "boolean" } }, { type: "ARRAY", items: { type: "BOOLEAN" } }],
    ["an array of anything", { type: "array" }, { type: "ARRAY", items: STRING }],
    [
      "a tuple",
      { type: "array", prefixItems: [{ type: "integer" }] },
      { type: "ARRAY", items: { type: "INTEGER" } },
    ],
    ["an empty object", { type: "object", properties: {} }, { type: "OBJECT" }],
    [
      "an enumeration",
      { enum: ["a", "b", "", null, "a"] },
      { type: "STRING", enum: ["a", "b"], nullable: true },
    ],
    ["an empty enumeration", { type: "string", enum: [] }, STRING],
    ["numbers to choose from", { enum: [1, 2] }, { type: "INTEGER", description: "One of: 1, 2." }],
    ["a constant", { const: "only" }, { type: "STRING", enum: ["only"] }],
    [
      "a constant number",
      { const: 1.5, description: "Ratio" },
      { type: "NUMBER", description: "Ratio One of: 1.5." },
    ],
    ["a known format", { type: "string", format: "date-time" }, { type: "STRING", format: "date-time" }],
    ["an unknown format", { type: "string", format: "uri" }, STRING],
    ["a format of numbers", { type: "integer", format: "int64" }, { type: "INTEGER", format: "int64" }],
    [
      "bounds",
      { type: "integer", minimum: 1, maximum: 9, exclusiveMinimum: 0, exclusiveMaximum: 10, multipleOf: 2 },
      { type: "INTEGER", minimum: 1, maximum: 9 },
    ],
    [
      "lengths",
      {
        type: "array",
        items: { type: "string", minLength: 1, pattern: "^(?=a)" },
        minItems: 1,
        maxItems: 3,
        uniqueItems: true,
      },
      { type: "ARRAY", items: { type: "STRING", minLength: 1 }, minItems: 1, maxItems: 3 },
    ],
    [
      "required names that do not exist",
      { type: "object", properties: { a: {} }, required: ["a", "b", "a"] },
      { type: "OBJECT", properties: { a: STRING }, required: ["a"] },
    ],
    [
      "words that Gemini refuses",
      {
        $schema: "x",
        $id: "y",
        title: "T",
        additionalProperties: false,
        patternProperties: { a: {} },
        propertyNames: {},
        if: {},
        not: {},
        examples: [1],
        default: 1,
        "x-order": 1,
        readOnly: true,
        type: "object",
        properties: { type: { type: "string", contentEncoding: "base64" } },
      },
      { type: "OBJECT", properties: { type: STRING } },
    ],
    [
      "an optional value",
      { anyOf: [{ type: "string", description: "inner" }, { type: "null" }], description: "outer" },
      { type: "STRING", nullable: true, description: "outer" },
    ],
    [
      "alternatives",
      { oneOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] },
      { anyOf: [STRING, { type: "ARRAY", items: STRING }] },
    ],
    [
      "alternatives of one type",
      { type: "string", anyOf: [{ enum: ["a"] }, { format: "date-time" }] },
      {
        anyOf: [
          { type: "STRING", enum: ["a"] },
          { type: "STRING", format: "date-time" },
        ],
      },
    ],
    [
      "alternatives that only restrict",
      { type: "object", properties: { a: {}, b: {} }, anyOf: [{ required: ["a"] }, { required: ["b"] }] },
      { type: "OBJECT", properties: { a: STRING, b: STRING } },
    ],
    [
      "parts that all hold",
      {
        allOf: [{ $ref: "#/$defs/named" }, { properties: { age: { type: "integer" } }, required: ["age"] }],
        $defs: { named: { type: "object", properties: { name: { type: "string" } }, required: ["name"] } },
      },
      { type: "OBJECT", properties: { name: STRING, age: { type: "INTEGER" } }, required: ["name", "age"] },
    ],
    [
      "references, described where they stand",
      {
        type: "object",
        properties: {
          from: { $ref: "#/definitions/pla~1ce", description: "Start" },
          to: { $ref: "#/definitions/pla~1ce" },
        },
        definitions: { "pla/ce": { type: "string", description: "A place" } },
      },
      {
        type: "OBJECT",
        properties: {
          from: { type: "STRING", description: "Start" },
          to: { type: "STRING", description: "A place" },
        },
      },
    ],
    ["a reference to nowhere", { $ref: "#/$defs/gone" }, STRING],
    ["a reference to elsewhere", { $ref: "https://example.org/schema.json" }, STRING],
  ])("%s", (_, schema, expected) => {
    const reduced = reduceSchema(schema);
    expect(reduced).toEqual(expected);
    expect(schemaFaults(reduced)).toEqual([]);
  });

  test("that refers to itself is cut where it comes again", () => {
    const tree = {
      type: "object",
      properties: { value: { type: "string" }, children: { type: "array", items: { $ref: "#" } } },
    };
    const reduced = reduceSchema(tree);
    expect(reduced).toEqual({
      type: "OBJECT",
      properties: {
        value: STRING,
        children: {
          type: "ARRAY",
          items: {
            type: "OBJECT",
            properties: { value: STRING, children: { type: "ARRAY", items: { type: "OBJECT" } } },
          },
        },
      },
    });
    expect(reduceSchema({ $ref: "#" })).toEqual({ type: "OBJECT" });
    expect(reduceSchema({ allOf: [{ $ref: "#" }] })).toBeDefined();
  });

  test("whose references multiply stays small", () => {
    const $defs: Record<string, unknown> = { d0: { type: "string" } };
    for (let level = 1; level < 40; level++) {
      const inner = { $ref: `#/$defs/d${level - 1}` };
      $defs[`d${level}`] = { type: "object", properties: { a: inner, b: inner, c: inner } };
    }
    const text = JSON.stringify(reduceSchema({ $ref: "#/$defs/d39", $defs }));
    expect(text.length).toBeLessThan(1_000_000);
  });

  test("that is deeply nested ends somewhere", () => {
    let schema: unknown = { type: "string" };
    for (let level = 0; level < 100; level++) schema = { type: "array", items: schema };
    let depth = 0;
    for (let node: unknown = reduceSchema(schema); typeof node === "object" && node !== null; depth++) {
      node = "items" in node ? node.items : null;
    }
    expect(depth).toBeLessThan(32);
  });
});

describe("parameters", () => {
  test.each<[string, unknown, unknown]>([
    [
      "of an object",
      { type: "object", properties: { a: {} } },
      { type: "OBJECT", properties: { a: STRING } },
    ],
    ["that are none", { type: "object", properties: {} }, undefined],
    ["that are no object", { type: "string" }, undefined],
    [
      "that may be null",
      { type: ["object", "null"], properties: { a: {} } },
      { type: "OBJECT", properties: { a: STRING } },
    ],
    [
      "of one kind or another",
      {
        oneOf: [
          { type: "object", properties: { id: { type: "integer" }, by: {} }, required: ["id", "by"] },
          { type: "object", properties: { name: {}, by: {} }, required: ["name", "by"] },
        ],
      },
      { type: "OBJECT", properties: { id: { type: "INTEGER" }, name: STRING, by: STRING }, required: ["by"] },
    ],
  ])("%s", (_, schema, expected) => {
    expect(reduceParameters(schema)).toEqual(expected);
  });
});
