import { type RawBuilder, sql } from "kysely";
import { afterEach, describe, expect, test, vi } from "vitest";
import { describeDatabase } from "../../../test/databases.ts";
import type { Database } from "./database.ts";
import { UnstorableValue } from "./errors.ts";
import { jsonText } from "./values.ts";

afterEach(() => vi.unstubAllEnvs());

const one = async (database: Database, value: RawBuilder<unknown>) => {
  const { rows } = await sql<{ value: unknown }>`select ${value} as value`.execute(database.sql);
  return rows[0]?.value;
};

describeDatabase("values", ({ open, emptied }) => {
  test("arrive as the same JavaScript from both", async () => {
    const database = await emptied();
    const read = (literal: string) => one(database, sql.raw(literal));
    expect(await read("true")).toBe(true);
    expect(await read("false")).toBe(false);
    expect(await read("null::text")).toBeNull();
    expect(await read("12::int2")).toBe(12);
    expect(await read("(-2147483648)::int4")).toBe(-2147483648);
    expect(await read("9007199254740991::int8")).toBe(Number.MAX_SAFE_INTEGER);
    expect(await read("count(*)")).toBe(1);
    expect(await read("0.1::float8 + 0.2::float8")).toBe(0.30000000000000004);
    expect(await read("'NaN'::float8")).toBeNaN();
    expect(await read("'-Infinity'::float4")).toBe(Number.NEGATIVE_INFINITY);
    expect(await read("123456789012345678901234567890.1200::numeric")).toBe(
      "123456789012345678901234567890.1200",
    );
    expect(await read("'grüße 🌍 \"quoted\" \\ and {braces}'")).toBe('grüße 🌍 "quoted" \\ and {braces}');
    expect(await read("'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid")).toBe(
      "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
    );
    expect(await read("'\\x00ff10'::bytea")).toEqual(Buffer.from([0, 255, 16]));
    expect(await read("''::bytea")).toEqual(Buffer.alloc(0));
    expect(await read("'2026-11-21 12:34:56.789123+02'::timestamptz")).toEqual(
      new Date("2026-11-21T10:34:56.789Z"),
    );
    expect(await read("'2026-11-21 12:34:56'::timestamp")).toBe("2026-11-21 12:34:56");
    expect(await read("'2026-11-21'::date")).toBe("2026-11-21");
    expect(await read("interval '1 day 2 hours'")).toBe("P1DT2H");
    expect(await read(`'{"b": [1, null, "x"], "a": {"c": 1.5}}'::jsonb`)).toEqual({
      a: { c: 1.5 },
      b: [1, null, "x"],
    });
    expect(await read("'null'::jsonb")).toBeNull();
    expect(await read("'[1]'::json")).toEqual([1]);
  });

  test("arrays arrive as arrays, with their nulls and as deep as they are", async () => {
    const database = await emptied();
    const read = (literal: string) => one(database, sql.raw(literal));
    expect(await read(`array['a', null, 'b,"c"', '', 'NULL', '{}']`)).toEqual([
      "a",
      null,
      'b,"c"',
      "",
      "NULL",
      "{}",
    ]);
    expect(await read("array[1, 9007199254740991]::int8[]")).toEqual([1, Number.MAX_SAFE_INTEGER]);
    expect(await read("array[[1, 2], [3, null]]::int4[]")).toEqual([
      [1, 2],
      [3, null],
    ]);
    expect(await read("array[true, false]")).toEqual([true, false]);
    expect(await read("array[1.50]::numeric[]")).toEqual(["1.50"]);
    expect(await read("array['\\x01', '\\x']::bytea[]")).toEqual([Buffer.from([1]), Buffer.alloc(0)]);
    expect(await read(`array['{"a": "b"}']::jsonb[]`)).toEqual([{ a: "b" }]);
    expect(await read("array['2026-11-21T00:00:00Z']::timestamptz[]")).toEqual([
      new Date("2026-11-21T00:00:00Z"),
    ]);
    expect(await read("array['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11']::uuid[]")).toEqual([
      "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
    ]);
    expect(await read("array[]::text[]")).toEqual([]);
  });

  test("what was bound comes back unchanged", async () => {
    // Until 1972 its time was 44 minutes and 30 seconds behind, and an offset has no seconds.
    vi.stubEnv("TZ", "Africa/Monrovia");
    const database = await open();
    const value = (bound: unknown, type: string) => one(database, sql`${bound}::${sql.raw(type)}`);
    expect(await value('it\'s \\ "fine"\n🌍', "text")).toBe('it\'s \\ "fine"\n🌍');
    expect(await value("", "text")).toBe("");
    expect(await value(null, "text")).toBeNull();
    expect(await value(undefined, "text")).toBeNull();
    expect(await value(true, "boolean")).toBe(true);
    expect(await value(-1.5e-300, "float8")).toBe(-1.5e-300);
    expect(await value(Number.MAX_SAFE_INTEGER, "int8")).toBe(Number.MAX_SAFE_INTEGER);
    expect(await value(9007199254740991n, "int8")).toBe(Number.MAX_SAFE_INTEGER);
    expect(await value(new Date("1890-01-02T03:04:05.678Z"), "timestamptz")).toEqual(
      new Date("1890-01-02T03:04:05.678Z"),
    );
    expect(await value(Buffer.from([0, 1, 255]), "bytea")).toEqual(Buffer.from([0, 1, 255]));
    expect(await value(new Uint8Array([7]), "bytea")).toEqual(Buffer.from([7]));
    expect(await value(jsonText(["a", { b: null }, "\\u0000"]), "jsonb")).toEqual([
      "a",
      { b: null },
      "\\u0000",
    ]);
    expect(await value({ a: [1, "x"] }, "jsonb")).toEqual({ a: [1, "x"] });
    expect(await value(["a", null, 'b"\\,{}', ""], "text[]")).toEqual(["a", null, 'b"\\,{}', ""]);
    expect(await value([1, null, -5], "int8[]")).toEqual([1, null, -5]);
    expect(await value([Buffer.from([0, 255])], "bytea[]")).toEqual([Buffer.from([0, 255])]);
    expect(await value([new Date(0)], "timestamptz[]")).toEqual([new Date(0)]);
    expect(await value([], "uuid[]")).toEqual([]);
  });

  test("columns are taken apart by unnest, row by row", async () => {
    const database = await emptied();
    const { rows } = await sql`
      select * from unnest(
        ${[1, 2]}::int8[], ${["a", null]}::text[], ${["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", null]}::uuid[],
        ${[jsonText({ x: 1 }), jsonText([])]}::text[]::jsonb[]
      ) as t(n, s, u, j)`.execute(database.sql);
    expect(rows).toEqual([
      { n: 1, s: "a", u: "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", j: { x: 1 } },
      { n: 2, s: null, u: null, j: [] },
    ]);
  });

  test("a row of megabytes arrives whole, both ways", async () => {
    const database = await emptied();
    const bytes = Buffer.alloc(5_000_000, "0123456789abcde");
    expect(await one(database, sql`${bytes}::bytea`)).toEqual(bytes);
    const { rows } = await sql<{ text: string }>`
      select repeat(md5(n::text), 20) as text from generate_series(1, 20000) n`.execute(database.sql);
    expect(rows).toHaveLength(20_000);
    expect(new Set(rows.map(({ text }) => text.length))).toEqual(new Set([640]));
  });

  test("a number that would lose digits is an error, and the connection serves on", async () => {
    const database = await open({ poolSize: 2 });
    await expect(one(database, sql.raw("9007199254740993::int8"))).rejects.toThrow(
      /9007199254740993 .* 2\^53/,
    );
    await expect(one(database, sql.raw("'infinity'::timestamptz"))).rejects.toThrow(/infinity/);
    expect(await one(database, sql.raw("9007199254740993::int8::text"))).toBe("9007199254740993");
  });

  test.each([
    ["text", "a\0b"],
    ["an element of an array", ["fine", "a\0b"]],
    ["an object", { key: "a\0b" }],
    ["an invalid Date", new Date(Number.NaN)],
    ["a symbol", Symbol("x")],
  ])("what cannot be stored is refused before it is sent: %s", async (_name, value) => {
    const database = await emptied();
    const refusal = await one(database, sql`${value}::text`).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(UnstorableValue);
    expect((refusal as Error).message).toContain("$1");
  });
});

describe("JSON text", () => {
  test.each([["a\0b"], [{ "a\0b": 1 }], ["\\\0"]])("a NUL character in it is refused: %j", (value) => {
    expect(() => jsonText(value)).toThrow(UnstorableValue);
  });

  test.each([["\\u0000"], ["\\\\u0000"], [{ path: "C:\\u0000" }]])(
    "text like its escape is not: %j",
    (value) => {
      expect(JSON.parse(jsonText(value))).toEqual(value);
    },
  );

  test("what has no JSON is refused", () => {
    expect(() => jsonText(undefined)).toThrow(UnstorableValue);
  });
});
