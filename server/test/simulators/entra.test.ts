import { createHash, randomBytes } from "node:crypto";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { createEntraTokens } from "../../src/platform/auth/entra.ts";
import { selfSigned, trust } from "../../src/platform/outbound/testing/certificates.ts";
import { describeWith } from "../needs.ts";
import { type EntraSimulator, startEntra } from "./entra.ts";
import { smallDirectory } from "./entra-directory.ts";

const redirectUri = "http://127.0.0.1:5173/redirect.html";
const directory = smallDirectory(redirectUri);
const scope = `openid profile offline_access api://${directory.api.clientId}/.default`;
const verifier = randomBytes(32).toString("base64url");
/** Of the token endpoint, given or refused. */
const tokenAnswer = z.object({
  token_type: z.string().default(""),
  expires_in: z.number().default(0),
  access_token: z.string().default(""),
  id_token: z.string().default(""),
  refresh_token: z.string().default(""),
  refresh_token_expires_in: z.number().default(0),
  error: z.string().default(""),
  error_codes: z.array(z.number()).default([]),
});
const challenge = createHash("sha256").update(verifier).digest("base64url");

describeWith("openssl", "the simulated Entra ID", ({ path }) => {
  let entra: EntraSimulator;
  let certificate: ReturnType<typeof selfSigned>;
  const time = { now: Date.now() };
  beforeAll(async () => {
    certificate = selfSigned(path, "IP:127.0.0.1");
    entra = await startEntra({ directory, certificate, now: () => time.now });
  });
  afterAll(() => entra.close());

  /** A browser that keeps its one cookie, and nobody is signed in. */
  function openBrowser() {
    trust(certificate.cert);
    const address = `${entra.authority}/${directory.tenant}`;
    let cookie = "";

    const follow = async (url: string, method = "GET") => {
      const response = await fetch(url, { method, redirect: "manual", headers: { cookie } });
      cookie = response.headers.get("set-cookie")?.split(";")[0] ?? cookie;
      const location = response.headers.get("location");
      const back = location === null ? null : new URL(location);
      return { status: response.status, text: await response.text(), back };
    };

    const question = (changes: Readonly<Record<string, string>> = {}) =>
      new URLSearchParams({
        client_id: directory.page.clientId,
        redirect_uri: redirectUri,
        response_type: "code",
        response_mode: "fragment",
        code_challenge: challenge,
        code_challenge_method: "S256",
        state: "as it was",
        nonce: "of the page",
        scope,
        ...changes,
      });

    const authorize = (changes?: Readonly<Record<string, string>>) =>
      follow(`${address}/oauth2/v2.0/authorize?${question(changes)}`);

    const signIn = async () => {
      const { back } = await follow(`${address}/login?${question()}`, "POST");
      return new URLSearchParams(back?.hash.slice(1)).get("code") ?? "";
    };

    const token = async (
      form: Readonly<Record<string, string>>,
      headers: Readonly<Record<string, string>> = { origin: "http://127.0.0.1:5173" },
    ) => {
      const usual = { client_id: directory.page.clientId, redirect_uri: redirectUri, scope };
      const body = new URLSearchParams({ ...usual, ...form });
      const response = await fetch(`${address}/oauth2/v2.0/token`, { method: "POST", headers, body });
      return { status: response.status, answer: tokenAnswer.parse(await response.json()) };
    };

    const redeem = (code: string, changes: Readonly<Record<string, string>> = {}) =>
      token({ grant_type: "authorization_code", code, code_verifier: verifier, ...changes });

    return { authorize, signIn, token, redeem };
  }

  test("gives tokens that Fovea takes, once for each code, and new ones for the refresh token", async () => {
    const { signIn, redeem, token } = openBrowser();
    const fovea = createEntraTokens({
      tenantId: directory.tenant,
      clientId: directory.api.clientId,
      authority: entra.authority,
      clock: () => time.now,
    });
    const code = await signIn();
    const { answer } = await redeem(code);
    expect(answer).toMatchObject({ token_type: "Bearer", expires_in: 3600 });
    expect(decodeJwt(answer.id_token)).toMatchObject({ nonce: "of the page", aud: directory.page.clientId });
    const owner = `${directory.tenant}:${directory.person.id}`;
    expect(await fovea.verify(answer.access_token)).toMatchObject({ state: "valid", identity: { owner } });
    expect(await fovea.verify(answer.id_token)).toEqual({ state: "invalid" });

    expect(await redeem(code)).toMatchObject({
      status: 400,
      answer: { error: "invalid_grant", error_codes: [54005] },
    });
    const again = await token({ grant_type: "refresh_token", refresh_token: answer.refresh_token });
    expect(again.answer.access_token).not.toBe(answer.access_token);
    entra.expireNext();
    const late = await token({ grant_type: "refresh_token", refresh_token: again.answer.refresh_token });
    expect(await fovea.verify(late.answer.access_token)).toEqual({ state: "expired" });
    expect(entra.given.map((one) => one.for)).toEqual([
      "authorization_code",
      "refresh_token",
      "refresh_token",
    ]);
    expect(entra.given.at(-1)?.accessToken).toBe(late.answer.access_token);
  });

  test.each([
    ["another verifier", { code_verifier: "x".repeat(43) }, "invalid_grant", 501481],
    ["another redirect URI", { redirect_uri: `${redirectUri}/` }, "invalid_client", 500112],
    ["another application", { client_id: directory.api.clientId }, "unauthorized_client", 700016],
    ["a code that was never given", { code: "invented" }, "invalid_grant", 70000],
    ["another kind of grant", { grant_type: "password" }, "unsupported_grant_type", 70003],
    ["another resource", { scope: "https://graph.microsoft.com/.default" }, "invalid_resource", 500011],
  ])("refuses a code with %s", async (_what, changes, error, number) => {
    const { signIn, redeem } = openBrowser();
    expect(await redeem(await signIn(), changes)).toMatchObject({
      status: 400,
      answer: { error, error_codes: [number] },
    });
  });

  test("redeems for pages of the application's origins only", async () => {
    const { signIn, token } = openBrowser();
    const form = { grant_type: "authorization_code", code: await signIn(), code_verifier: verifier };
    expect((await token(form, {})).answer.error_codes).toEqual([9002327]);
    expect((await token(form, { origin: "http://127.0.0.1:5174" })).answer.error_codes).toEqual([9002326]);
    expect((await token(form)).status).toBe(200);
  });

  test("sends nothing to an address that is not registered, or for an application that is not", async () => {
    const { authorize } = openBrowser();
    const elsewhere = await authorize({ redirect_uri: "https://example.com/" });
    expect(elsewhere).toMatchObject({ status: 400, back: null });
    expect(elsewhere.text).toContain("AADSTS50011");
    const unknown = await authorize({ client_id: "cccccccc-dddd-4eee-8fff-000000000000" });
    expect(unknown).toMatchObject({ status: 400, back: null });
    expect(unknown.text).toContain("AADSTS700016");
  });

  test.each([
    ["without a challenge", { code_challenge: "" }, "invalid_request"],
    ["with a challenge in the clear", { code_challenge_method: "plain" }, "invalid_request"],
    ["for a token", { response_type: "token" }, "unsupported_response_type"],
    ["for a scope that the API has not", { scope: `api://${directory.api.clientId}/all` }, "invalid_scope"],
    ["silently, with nobody signed in", { prompt: "none" }, "login_required"],
  ])("tells the page why a question %s is refused", async (_what, changes, error) => {
    const { authorize } = openBrowser();
    const { back } = await authorize(changes);
    expect(Object.fromEntries(new URLSearchParams(back?.hash.slice(1)))).toMatchObject({
      error,
      state: "as it was",
    });
  });

  test("answers silently who is signed in, until the session has ended", async () => {
    const { authorize, signIn } = openBrowser();
    expect((await authorize()).text).toContain(directory.person.username);
    await signIn();
    expect((await authorize({ prompt: "none" })).back?.toString()).toContain("#code=");
    entra.endSessions();
    expect((await authorize({ prompt: "none" })).back?.toString()).toContain("login_required");
    expect(entra.refused.at(-1)).toBe(50058);
  });

  test("codes and refresh tokens end, and using a refresh token prolongs nothing", async () => {
    const { signIn, redeem, token } = openBrowser();
    const [late, used] = [await signIn(), await signIn()];
    const first = await redeem(used);
    time.now += 10 * 60_000;
    expect((await redeem(late)).answer.error_codes).toEqual([70008]);
    const refresh = (refresh_token: string) => token({ grant_type: "refresh_token", refresh_token });
    const second = await refresh(first.answer.refresh_token);
    expect(second.answer.refresh_token_expires_in).toBe(86_400 - 600);
    time.now += 86_400_000 - 600_001;
    expect((await refresh(second.answer.refresh_token)).status).toBe(200);
    time.now += 1;
    expect((await refresh(second.answer.refresh_token)).answer).toMatchObject({
      error: "invalid_grant",
      error_codes: [700084],
    });
  });
});
