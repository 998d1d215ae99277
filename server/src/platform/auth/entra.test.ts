import { createPublicKey, type JsonWebKey } from "node:crypto";
import fc from "fast-check";
import { type JWK, SignJWT } from "jose";
import { afterEach, expect, test } from "vitest";
import { createEntraTokens, isSingleTenant } from "./entra.ts";
import { CLIENT, type Directory, PERSON, startDirectory, TENANT } from "./testing/directory.ts";
import { meaning } from "./testing/meaning.ts";
import { NOON } from "./testing/settings.ts";

const opened: Directory[] = [];
afterEach(async () => {
  for (const directory of opened.splice(0)) await directory.close();
});

async function setup() {
  const time = { now: NOON };
  const directory = await startDirectory(() => time.now);
  opened.push(directory);
  const tokens = createEntraTokens({ ...directory.entra, clock: () => time.now });
  const state = async (claims: Record<string, unknown>, header?: { kid?: string | undefined; as?: string }) =>
    (await tokens.verify(await directory.token(claims, header))).state;
  return { time, directory, tokens, state };
}

test("a token of the tenant for this application identifies tid:oid with its roles", async () => {
  const { directory, tokens } = await setup();
  const token = await directory.token({ roles: ["Reader", "Fovea.Admin"] });
  expect(await tokens.verify(token)).toEqual({
    state: "valid",
    identity: {
      method: "entra",
      owner: `${TENANT}:${PERSON}`,
      subject: PERSON,
      roles: ["Reader", "Fovea.Admin"],
      admin: true,
      limitKey: `entra:${TENANT}:${PERSON}`,
    },
    expiresAt: NOON + 3_600_000,
  });
  expect(directory.state.requests).toEqual([`/${TENANT}/discovery/v2.0/keys`]);
});

test("issuers of v1 and v2 and both forms of the audience are accepted", async () => {
  const { state } = await setup();
  expect(await state({ iss: `https://sts.windows.net/${TENANT}/` })).toBe("valid");
  expect(await state({ aud: `api://${CLIENT}` })).toBe("valid");
});

test("an authority that is configured with a trailing slash is the same authority", async () => {
  const { directory, time } = await setup();
  const tokens = createEntraTokens({
    ...directory.entra,
    authority: `${directory.authority}/`,
    clock: () => time.now,
  });
  expect((await tokens.verify(await directory.token())).state).toBe("valid");
});

const otherTenant = "22222222-2222-4333-8444-555555555555";
test.each<[string, Record<string, unknown>]>([
  ["issued by another tenant", { iss: `https://sts.windows.net/${otherTenant}/` }],
  ["issued by nobody", { iss: undefined }],
  ["of a person of another tenant", { tid: otherTenant }],
  ["without a tenant", { tid: undefined }],
  ["for another application", { aud: "00000003-0000-0000-c000-000000000000" }],
  ["for several audiences, ours among them", { aud: [CLIENT, "00000003-0000-0000-c000-000000000000"] }],
  ["without an audience", { aud: undefined }],
  ["that never expires", { exp: undefined }],
  ["whose expiry is text", { exp: "2099-01-01" }],
  ["not valid yet", { nbf: NOON / 1000 + 61 }],
  ["without an object id, though it has a subject", { oid: undefined }],
  ["with an empty object id", { oid: "" }],
  ["with a number as object id", { oid: 7 }],
])("a token %s is refused", async (_what, claims) => {
  const { state } = await setup();
  expect(await state(claims)).toBe("invalid");
});

test("roles that are not a list of names grant nothing", async () => {
  const { directory, tokens } = await setup();
  for (const roles of ["Fovea.Admin", { 0: "Fovea.Admin" }, [["Fovea.Admin"]], null]) {
    expect(await tokens.verify(await directory.token({ roles }))).toMatchObject({
      identity: { admin: false },
    });
  }
});

test("expiry and validity are judged with a minute of tolerance and no more", async () => {
  const { state } = await setup();
  const now = NOON / 1000;
  expect(await state({ exp: now - 59 })).toBe("valid");
  expect(await state({ exp: now - 60 })).toBe("expired");
  expect(await state({ nbf: now + 60 })).toBe("valid");
});

test("a signature by another key under a known key id is refused", async () => {
  const { directory, state } = await setup();
  await directory.addKey("stranger", false);
  expect(await state({}, { kid: "first", as: "stranger" })).toBe("invalid");
});

test("another algorithm is refused, even with the right key", async () => {
  const { directory, tokens } = await setup();
  for (const alg of ["RS384", "RS512", "PS256"]) {
    expect(await tokens.verify(await directory.token({}, { alg }))).toEqual({ state: "invalid" });
  }
});

test("a token that names no key is refused without asking for keys", async () => {
  const { directory, state } = await setup();
  expect(await state({}, { kid: undefined })).toBe("invalid");
  expect(directory.state.requests).toHaveLength(0);
});

test("a token without a signature is refused", async () => {
  const { directory, tokens } = await setup();
  const [, claims] = (await directory.token()).split(".");
  for (const alg of ["none", "None", "NONE"]) {
    const header = Buffer.from(JSON.stringify({ alg, kid: "first" })).toString("base64url");
    expect(await tokens.verify(`${header}.${claims}.`)).toEqual({ state: "invalid" });
  }
});

test("a token signed with the public key as if it were shared bytes is refused", async () => {
  const { directory, tokens } = await setup();
  const valid = await directory.token();
  const claims = JSON.parse(Buffer.from(valid.split(".")[1] ?? "", "base64url").toString());
  const jwk = directory.publicJwk("first") as JWK & JsonWebKey;
  const pem = createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "pem" });
  for (const bytes of [Buffer.from(pem), Buffer.from(JSON.stringify(jwk)), Buffer.from(jwk.n ?? "")]) {
    const forged = await new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: "first" }).sign(bytes);
    expect(await tokens.verify(forged)).toEqual({ state: "invalid" });
  }
});

test("no damaged token is valid, and none is an exception", async () => {
  const { directory, tokens } = await setup();
  const token = await directory.token();
  await fc.assert(
    fc.asyncProperty(fc.nat(token.length - 1), fc.string({ maxLength: 3 }), async (at, text) => {
      const damaged = token.slice(0, at) + text + token.slice(at + 1);
      fc.pre(JSON.stringify(meaning(damaged)) !== JSON.stringify(meaning(token)));
      expect((await tokens.verify(damaged)).state).not.toBe("valid");
    }),
    { numRuns: 300 },
  );
});

test("a tenant is one directory, not one that signs for everybody, and not a domain or a path", () => {
  expect(isSingleTenant(TENANT)).toBe(true);
  const wrong = [
    "common",
    "Common",
    "organizations",
    "consumers",
    "contoso.onmicrosoft.com",
    "a/b",
    "",
    "..",
  ];
  for (const tenant of [...wrong, "9188040d-6c67-4c5b-b112-36a304b66dad"]) {
    expect(isSingleTenant(tenant)).toBe(false);
    expect(() =>
      createEntraTokens({
        tenantId: tenant,
        clientId: CLIENT,
        authority: "http://127.0.0.1:9",
        clock: () => 0,
      }),
    ).toThrow(RangeError);
  }
});
