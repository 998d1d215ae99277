import { expect, test } from "vitest";
import { exhaustedUntil, limitedUntil } from "./allowance.ts";

const now = Date.UTC(2026, 0, 1);
const after = (seconds: number) => new Date(now + seconds * 1_000);
const day = 86_400;

test.each([
  ["nothing is said", {}, null],
  ["all is left", { "x-ratelimit-clientremaining": "12490", "x-ratelimit-userremaining": "490" }, null],
  ["exactly one more upload is left", { "x-ratelimit-userremaining": "10" }, null],
  ["less than an upload's credits are left", { "x-ratelimit-userremaining": "9" }, after(3_600)],
  [
    "the end of the hour is said in seconds from now",
    { "x-ratelimit-userremaining": "0", "x-ratelimit-userreset": "120" },
    after(120),
  ],
  [
    "the end of the hour is said in seconds since 1970",
    { "x-ratelimit-userremaining": "0", "x-ratelimit-userreset": String(now / 1_000 + 120) },
    after(120),
  ],
  [
    "the end of the hour has passed",
    { "x-ratelimit-userremaining": "0", "x-ratelimit-userreset": String(now / 1_000 - 120) },
    after(0),
  ],
  [
    "the hour ends in a week",
    { "x-ratelimit-userremaining": "0", "x-ratelimit-userreset": "604800" },
    after(day),
  ],
  [
    "the day and the requests of the hour are used up",
    {
      "x-ratelimit-clientremaining": "0",
      "x-post-rate-limit-remaining": "0",
      "x-post-rate-limit-reset": "1648",
    },
    after(day),
  ],
  ["what is left cannot be read", { "x-ratelimit-userremaining": "none" }, null],
])("where %s, the budgets allow the next upload at the right time", (_name, headers, at) => {
  expect(exhaustedUntil(headers, now)).toEqual(at);
});

test("a refusal's own Retry-After counts first, then the budgets, then its sentence, then an hour", () => {
  const used = { "x-ratelimit-userremaining": "0", "x-ratelimit-userreset": "600" };
  const message = "You are uploading too fast. Please wait 4 more minutes.";
  expect(limitedUntil({ ...used, "retry-after": "30" }, message, now)).toEqual(after(30));
  expect(limitedUntil(used, message, now)).toEqual(after(600));
  expect(limitedUntil({}, message, now)).toEqual(after(300));
  expect(limitedUntil({}, "", now)).toEqual(after(3_600));
});
