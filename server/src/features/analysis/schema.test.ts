import { expect, test } from "vitest";
import { chunksQuery, resultsQuery } from "./requests.ts";

test("a place behind every batch there can be is refused before the database is asked", () => {
  for (const query of [resultsQuery, chunksQuery]) {
    expect(query.safeParse({ after: "2147483647" }).success).toBe(true);
    expect(query.safeParse({ after: "2147483648" }).success).toBe(false);
  }
});

test("codes to filter by are words, and nothing that the database cannot take", () => {
  expect(resultsQuery.safeParse({ error_type: "http_404, dns_failure" }).success).toBe(true);
  expect(resultsQuery.safeParse({ error_type: "http_404\u0000" }).success).toBe(false);
});
