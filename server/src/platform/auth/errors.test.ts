import { expect, test } from "vitest";
import { createAuthentication } from "./authenticate.ts";
import { startDirectory } from "./testing/directory.ts";
import { authSettings, NOON, sessionSecret } from "./testing/settings.ts";

const nothing = { bearer: null, apiKey: null, adminToken: null, session: null, forgeable: false };

async function messageOf(
  settings: Parameters<typeof authSettings>[0],
  level: "bearer" | "admin" | "apiKey" | "open",
  sent: Partial<typeof nothing> | { bearer?: string; apiKey?: string } = {},
) {
  const authentication = createAuthentication({
    settings: authSettings(settings),
    sessionSecrets: [sessionSecret],
    clock: () => NOON,
    basePath: "",
  });
  const decision = await authentication.decide(level, { ...nothing, ...sent });
  return decision.allowed ? "allowed" : decision.error.message;
}

test("in development a refusal names the command that prints a token; in production it does not", async () => {
  expect(await messageOf({}, "bearer")).toBe(
    "Authentication is required. Send `Authorization: Bearer <token>`. In development, `npm run token -- --subject me` prints a token.",
  );
  expect(await messageOf({}, "admin")).toContain("npm run token -- --subject me --admin");
  for (const level of ["bearer", "admin"] as const) {
    expect(await messageOf({ environment: "production" }, level)).not.toContain("npm");
  }
});

test("where only Entra ID's tokens are accepted, the command that prints another kind is not named", async () => {
  const directory = await startDirectory(() => NOON);
  const message = await messageOf({ entra: directory.entra }, "bearer");
  expect(message).toContain("Entra ID");
  expect(message).not.toContain("npm");
  await directory.close();
});

test("an expired token is called expired, and any other bad one only invalid", async () => {
  const directory = await startDirectory(() => NOON);
  const settings = { entra: directory.entra, mode: "all" } as const;
  const refused = async (claims: Record<string, unknown>) =>
    messageOf(settings, "open", { bearer: await directory.token(claims) });
  expect(await refused({ exp: NOON / 1000 - 600 })).toMatch(/^The token has expired: get a new one\./);
  const invalid = await refused({ aud: "another" });
  expect(invalid).toMatch(/^The credential is not valid here\./);
  for (const claims of [{ tid: "another" }, { nbf: NOON }, { iss: "another" }]) {
    expect(await refused(claims)).toBe(invalid);
  }
  await directory.close();
});

test("an API key that is missing or wrong is answered in the words of the catalog API", async () => {
  const settings = { apiKeys: ["right-api-key"] };
  expect(await messageOf(settings, "apiKey", { apiKey: "wrong" })).toBe("Invalid API Key");
  expect(await messageOf(settings, "apiKey")).toBe(
    "Authentication is required. Send the API key as `X-API-Key`.",
  );
});
