import { describe, expect, test } from "vitest";
import { AppError } from "../../platform/errors.ts";
import { readId, readListQuery } from "./validate-query.ts";

function problemsOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    if (error instanceof AppError && error.status === 422) return error.details["errors"];
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("which jobs are listed", () => {
  test.each([
    [{}, { page: 1, perPage: 20, status: null }],
    [undefined, { page: 1, perPage: 20, status: null }],
    [
      { page: "3", per_page: "100", status: "retrying", sort: "x" },
      { page: 3, perPage: 100, status: "retrying" },
    ],
    // As in FastAPI, the last of a name counts.
    [{ page: ["x", "2"] }, { page: 2, perPage: 20, status: null }],
  ])("%j is read", (query, read) => {
    expect(readListQuery(query)).toEqual(read);
  });

  const noInteger = "Input should be a valid integer, unable to parse string as an integer";
  const noState = "Input should be 'pending', 'processing', 'retrying', 'completed', 'failed' or 'cancelled'";
  test.each([
    ["page", "0", "greater_equal", "Input should be greater than or equal to 1"],
    ["page", "", "int_parsing", noInteger],
    ["page", "x", "int_parsing", noInteger],
    ["page", "1.5", "int_parsing", noInteger],
    ["page", "99999999999999999999", "less_equal", "Input should be less than or equal to 1000000000"],
    ["per_page", "0", "greater_equal", "Input should be greater than or equal to 1"],
    ["per_page", "101", "less_equal", "Input should be less than or equal to 100"],
    ["status", "done", "enum", noState],
    ["status", "", "enum", noState],
    ["status", "COMPLETED", "enum", noState],
  ])("%s=%s is %s, with its text as it came", (name, input, type, msg) => {
    expect(problemsOf(() => readListQuery({ [name]: input }))).toEqual([
      { type, loc: ["query", name], msg, input },
    ]);
  });

  test("all problems are told at once", () => {
    expect(problemsOf(() => readListQuery({ status: "x", per_page: "y", page: "z" }))).toMatchObject([
      { loc: ["query", "page"] },
      { loc: ["query", "per_page"] },
      { loc: ["query", "status"] },
    ]);
  });
});

describe("an id", () => {
  const id = "550e8400-e29b-41d4-a716-446655440000";

  test.each([id, id.toUpperCase(), id.replaceAll("-", ""), `{${id}}`, `urn:uuid:${id}`])(
    "is read from %s",
    (text) => {
      expect(readId("job_id", text)).toBe(id);
    },
  );

  // Each as pydantic 2.13 words it.
  test.each([
    ["123", "invalid length: expected length 32 for simple format, found 3"],
    ["", "invalid length: expected length 32 for simple format, found 0"],
    ["not-a-uuid", "invalid character: found `n` at 1"],
    ["550e8400-e29b-41d4-a716-44665544000g", "invalid character: found `g` at 36"],
    [`{${id.replace("d4", "x4")}}`, "invalid character: found `x` at 18"],
    ["5é", "invalid character: found `é` at 2"],
    ["{", "invalid character: found `{` at 1"],
    ["0b9ae6f1-", "invalid group count: expected 5, found 2"],
    [`{${id.replaceAll("-", "")}}`, "invalid group count: expected 5, found 1"],
    ["urn:uuid:5", "invalid group count: expected 5, found 1"],
    ["550e8400-e29b-41d4-a71-6446655440000", "invalid group length in group 3: expected 4, found 3"],
    [`${id}0`, "invalid group length in group 4: expected 12, found 13"],
  ])("is not %j: %s", (text, fault) => {
    expect(problemsOf(() => readId("media_id", text))).toEqual([
      {
        type: "uuid_parsing",
        loc: ["path", "media_id"],
        msg: `Input should be a valid UUID, ${fault}`,
        input: text,
      },
    ]);
  });
});
