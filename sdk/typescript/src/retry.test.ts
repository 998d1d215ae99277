import { describe, expect, test } from "vitest";
import { ApiConnectionError, ApiTimeoutError, errorOf, FoveaError } from "./errors.ts";
import { type Failure, mayPass, waitBeforeRetry } from "./retry.ts";

const answered = (status: number, retryAfter?: string): Failure => ({
  kind: "answered",
  response: new Response(null, {
    status,
    headers: retryAfter === undefined ? {} : { "retry-after": retryAfter },
  }),
});

/** To a second attempt, while the first one, whose connection broke, is not through. */
const stillAtWork = new Response(null, { status: 400, headers: { "x-error-code": "request_in_progress" } });

describe("whether a request is sent again", () => {
  test.each<[what: string, Failure, repeatable: boolean, again: boolean]>([
    ["408, which was not read", answered(408), false, true],
    ["429", answered(429), false, true],
    ["503", answered(503), false, true],
    ["500 to what may arrive twice", answered(500), true, true],
    ["502 to what may arrive twice", answered(502), true, true],
    ["504 to what may arrive twice", answered(504), true, true],
    ["500 to what may not", answered(500), false, false],
    ["502 to what may not", answered(502), false, false],
    ["504 to what may not", answered(504), false, false],
    ["501, which stays so", answered(501), true, false],
    ["400", answered(400), true, false],
    ["401", answered(401), true, false],
    ["404", answered(404), true, false],
    ["409", answered(409), true, false],
    ["what is still at work", { kind: "answered", response: stillAtWork }, true, true],
    ["nobody there", { kind: "unreachable" }, false, true],
    ["a broken connection, of what may arrive twice", { kind: "unknown" }, true, true],
    ["a broken connection, of what may not", { kind: "unknown" }, false, false],
  ])("%s", (_, failure, repeatable, again) => {
    expect(waitBeforeRetry(failure, 0, repeatable, 0) !== null).toBe(again);
  });
});

describe("how long is waited", () => {
  test("twice as long each time, from half a second to eight", () => {
    const waits = [0, 1, 2, 3, 4, 5, 40].map((attempt) => waitBeforeRetry(answered(503), attempt, true, 0));
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000]);
  });

  test("down to half of that, by chance", () => {
    expect(waitBeforeRetry(answered(503), 1, true, 1)).toBe(500);
    const waits = new Set(Array.from({ length: 20 }, () => waitBeforeRetry(answered(503), 0, true)));
    expect(waits.size).toBeGreaterThan(10);
    for (const wait of waits) {
      expect(wait).toBeGreaterThanOrEqual(250);
      expect(wait).toBeLessThanOrEqual(500);
    }
  });

  test.each<[retryAfter: string, random: number, wait: number | null]>([
    ["0", 1, 62.5],
    ["2", 0, 2125],
    ["2", 1, 2062.5],
    ["60", 0, 60_125],
    ["61", 0, null],
    ["86400", 0, null],
    ["soon", 0, 500],
    ["", 0, 500],
  ])("with Retry-After: %s never before it is over", (retryAfter, random, wait) => {
    expect(waitBeforeRetry(answered(429, retryAfter), 0, true, random)).toBe(wait);
  });

  test("a date is as good", () => {
    const inTwenty = new Date(Date.now() + 20_000).toUTCString();
    const wait = waitBeforeRetry(answered(503, inTwenty), 0, true, 0) ?? 0;
    // To the second.
    expect(wait).toBeGreaterThan(17_000);
    expect(wait).toBeLessThanOrEqual(20_125);
    expect(waitBeforeRetry(answered(503, "Fri, 01 Jan 2100 00:00:00 GMT"), 0, true, 0)).toBeNull();
    expect(waitBeforeRetry(answered(503, "Sat, 01 Jan 2000 00:00:00 GMT"), 0, true, 0)).toBe(125);
  });
});

test("whoever waits for hours goes on through what may pass, and learns of the rest", () => {
  const refused = (status: number) =>
    errorOf({
      status,
      message: "",
      code: null,
      requestId: null,
      retryAfter: null,
      headers: new Headers(),
      body: "",
    });
  const passing = [new ApiConnectionError(), new ApiTimeoutError(), refused(429), refused(500), refused(503)];
  const lasting = [new FoveaError(), refused(401), refused(404), refused(400), new TypeError()];
  expect(passing.map(mayPass)).toEqual(passing.map(() => true));
  expect(lasting.map(mayPass)).toEqual(lasting.map(() => false));
});
