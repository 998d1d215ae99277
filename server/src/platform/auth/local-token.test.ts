import fc from "fast-check";
import { SignJWT } from "jose";
import { expect, test } from "vitest";
import { createLocalTokens, signLocalToken } from "./local-token.ts";
import { meaning } from "./testing/meaning.ts";
import { jwtSecret, NOON } from "./testing/settings.ts";

const tokens = (now = NOON) => createLocalTokens({ secrets: [jwtSecret], clock: () => now });
const sign = (changes: { subject?: string; admin?: boolean; lifetimeSeconds?: number } = {}) =>
  signLocalToken({
    secret: jwtSecret,
    subject: "me",
    admin: false,
    lifetimeSeconds: 3600,
    now: NOON,
    ...changes,
  });
const craft = (
  claims: Record<string, unknown>,
  header: { alg: string } = { alg: "HS256" },
  secret = jwtSecret,
) => new SignJWT({ sub: "me", exp: NOON / 1000 + 60, ...claims }).setProtectedHeader(header).sign(secret);

test("a signed token identifies its subject until it expires", async () => {
  const token = await sign();
  expect(await tokens().verify(token)).toEqual({
    state: "valid",
    identity: { method: "hs256", owner: "me", subject: "me", roles: [], admin: false, limitKey: "hs256:me" },
    expiresAt: NOON + 3_600_000,
  });
  expect((await tokens(NOON + 3_659_000).verify(token)).state).toBe("valid");
  expect((await tokens(NOON + 3_660_000).verify(token)).state).toBe("expired");
});

test("an administrator's token carries the role", async () => {
  expect(await tokens().verify(await sign({ admin: true }))).toMatchObject({
    identity: { admin: true, roles: ["Fovea.Admin"] },
  });
});

test.each<[string, Record<string, unknown>]>([
  ["without an expiry", { exp: undefined }],
  ["without a subject", { sub: undefined }],
  ["with an empty subject", { sub: "" }],
  ["with a blank subject", { sub: " " }],
  ["with a number as subject", { sub: 7 }],
  ["with a subject too long to store", { sub: "x".repeat(257) }],
  ["not valid yet", { nbf: NOON / 1000 + 61 }],
  ["called like an API key's owner", { sub: "key:0123456789ab" }],
  ["called like a person of Entra ID", { sub: "11111111-2222-4333-8444-555555555555:x" }],
  ["called like nobody", { sub: "anonymous" }],
  ["called like the holder of the admin token", { sub: "admin-token" }],
  ["meant for browser sessions", { aud: "fovea:session" }],
  ["meant for browser sessions among others", { aud: ["other", "fovea:session"] }],
])("a token %s is refused", async (_what, claims) => {
  expect(await tokens().verify(await craft(claims))).toEqual({ state: "invalid" });
});

test("another algorithm and other bytes are refused", async () => {
  expect((await tokens().verify(await craft({}))).state).toBe("valid");
  expect((await tokens().verify(await craft({}, { alg: "HS512" }))).state).toBe("invalid");
  const other = new TextEncoder().encode("other bytes of at least the same length");
  expect((await tokens().verify(await craft({}, { alg: "HS256" }, other))).state).toBe("invalid");
});

test("no damaged token is valid, and none is an exception", async () => {
  const token = await sign();
  await fc.assert(
    fc.asyncProperty(fc.nat(token.length - 2), fc.string({ maxLength: 3 }), async (at, text) => {
      const damaged = token.slice(0, at) + text + token.slice(at + 1);
      fc.pre(JSON.stringify(meaning(damaged)) !== JSON.stringify(meaning(token)));
      expect((await tokens().verify(damaged)).state).not.toBe("valid");
    }),
    { numRuns: 500 },
  );
});

test("a token that would be refused is not made", async () => {
  for (const subject of ["", " ", "key:abc", "x".repeat(257)])
    await expect(sign({ subject })).rejects.toThrow(RangeError);
  for (const lifetimeSeconds of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    await expect(sign({ lifetimeSeconds })).rejects.toThrow(RangeError);
  }
});
