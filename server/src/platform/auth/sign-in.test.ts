import type { FastifyInstance } from "fastify";
import { SignJWT } from "jose";
import { expect, test } from "vitest";
import { signLocalToken } from "./local-token.ts";
import { startDirectory } from "./testing/directory.ts";
import { startServer } from "./testing/server.ts";
import { jwtSecret, NOON, sessionSecret } from "./testing/settings.ts";

const all = { mode: "all", apiKeys: ["right-api-key"] } as const;
const sameOrigin = { "sec-fetch-site": "same-origin" };
const localToken = (lifetimeSeconds: number, subject = "me", now = NOON) =>
  signLocalToken({ secret: jwtSecret, subject, admin: false, lifetimeSeconds, now });

const signIn = (
  http: FastifyInstance,
  fields: Record<string, string>,
  headers: Record<string, string> = sameOrigin,
  url = "/sign-in",
) =>
  http.inject({
    method: "POST",
    url,
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    payload: new URLSearchParams(fields).toString(),
  });

const cookieOf = (answer: { cookies: { name: string; value: string }[] }) =>
  `fovea_session=${answer.cookies.find(({ name }) => name === "fovea_session")?.value ?? ""}`;

test("an API key becomes a session of twelve hours that scripts and other sites cannot use", async () => {
  const http = await startServer(all);
  const answer = await signIn(http, { credential: " right-api-key ", next: "/things?page=2" });
  expect(answer.statusCode).toBe(303);
  expect(answer.headers.location).toBe("/things?page=2");
  expect(answer.headers["cache-control"]).toBe("no-store");
  expect(String(answer.headers["set-cookie"]).split("; ").slice(1).sort()).toEqual([
    "HttpOnly",
    "Max-Age=43200",
    "Path=/",
    "SameSite=Strict",
  ]);
  expect(String(answer.headers["set-cookie"])).not.toContain("right-api-key");
  const things = await http.inject({ url: "/things", headers: { cookie: cookieOf(answer) } });
  expect(things.json()).toMatchObject({ method: "session", admin: false });
  expect(things.json().owner).toMatch(/^key:[0-9a-f]{12}$/);
  expect(things.json().limitKey).toBe(`session:${things.json().owner}`);
});

test("the cookie is for HTTPS only where the request came over HTTPS, and for the base path", async () => {
  const http = await startServer(all, { basePath: "/images", trustProxy: true });
  const headers = { ...sameOrigin, "x-forwarded-proto": "https" };
  const answer = await signIn(http, { credential: "right-api-key" }, headers, "/images/sign-in");
  expect(answer.headers["set-cookie"]).toContain("; Secure");
  expect(answer.headers["set-cookie"]).toContain("; Path=/images;");
  expect(answer.headers.location).toBe("/images/");
});

test("a session ends with the token it stands for, and after twelve hours at the latest", async () => {
  const time = { now: NOON };
  const http = await startServer(all, { time });
  const short = await signIn(http, { credential: await localToken(600) });
  const long = await signIn(http, { credential: `Bearer ${await localToken(100 * 3600)}` });
  expect(short.headers["set-cookie"]).toContain("Max-Age=600;");
  expect(long.headers["set-cookie"]).toContain("Max-Age=43200;");
  const status = async (answer: typeof short) =>
    (await http.inject({ url: "/things", headers: { cookie: cookieOf(answer) } })).statusCode;
  expect([await status(short), await status(long)]).toEqual([200, 200]);
  time.now = NOON + 600_000;
  expect([await status(short), await status(long)]).toEqual([401, 200]);
  time.now = NOON + 12 * 3_600_000;
  expect(await status(long)).toBe(401);
});

test("a session ends when what began it is taken out of the configuration", async () => {
  const before = { ...all, adminToken: "first-admin-token", devTokens: ["test-token"] };
  const http = await startServer(before);
  const cookies = new Map<string, string>();
  for (const credential of ["right-api-key", "first-admin-token", "test-token"]) {
    cookies.set(credential, cookieOf(await signIn(http, { credential })));
  }
  const status = async (server: FastifyInstance, credential: string) =>
    (await server.inject({ url: "/things", headers: { cookie: cookies.get(credential) ?? "" } })).statusCode;
  const changed = {
    "right-api-key": await startServer({ ...before, apiKeys: ["another-api-key"] }),
    "first-admin-token": await startServer({ ...before, adminToken: "second-admin-token" }),
    "test-token": await startServer({ ...before, environment: "production" }),
  };
  for (const [credential, server] of Object.entries(changed)) {
    expect([credential, await status(http, credential)]).toEqual([credential, 200]);
    expect([credential, await status(server, credential)]).toEqual([credential, 401]);
  }
});

test("the administrator signs in with the admin token, also where only it protects a page", async () => {
  const http = await startServer({ mode: "contract", adminToken: "right-admin-token" });
  const headers = { accept: "text/html" };
  const refused = await http.inject({ url: "/admin", headers });
  expect([refused.statusCode, refused.headers.location]).toEqual([303, "/sign-in?next=%2Fadmin"]);
  const cookie = cookieOf(await signIn(http, { credential: "right-admin-token", next: "/admin" }));
  const admin = await http.inject({ url: "/admin", headers: { ...headers, cookie } });
  expect(admin.json()).toMatchObject({ admin: true, method: "session", owner: "admin-token" });
});

test("what is no credential shows the page again, with the reason and without what was typed", async () => {
  const http = await startServer(all);
  for (const credential of ["wrong-api-key", "", "a.b.c", '"><script>alert(1)</script>']) {
    const answer = await signIn(http, { credential, next: "/things" });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(answer.headers["set-cookie"]).toBeUndefined();
    expect(answer.body).toContain('role="alert"');
    expect(answer.body).toContain('name="next" value="/things"');
    if (credential !== "") expect(answer.body).not.toContain(credential);
  }
  const expired = await signIn(http, { credential: await localToken(60, "me", NOON - 3_600_000) });
  expect(expired.statusCode).toBe(401);
  expect(expired.body).toContain("This token has expired");
});

test("an outage of the identity service is said as one", async () => {
  const directory = await startDirectory(() => NOON);
  directory.state.behaviour = "error";
  const http = await startServer({ ...all, entra: directory.entra });
  const credential = await directory.token();
  const page = await signIn(http, { credential });
  expect([page.statusCode, page.headers["retry-after"]]).toEqual([503, "5"]);
  const api = await http.inject({ url: "/things", headers: { authorization: `Bearer ${credential}` } });
  expect([api.statusCode, api.headers["retry-after"], api.json().code]).toEqual([
    503,
    "5",
    "auth_unavailable",
  ]);
  expect(api.json().message).not.toMatch(/secret|database|key/i);
  await directory.close();
});

test("the page runs nothing, loads nothing, is framed by nobody and is not stored", async () => {
  const http = await startServer(all);
  const page = await http.inject({ url: "/sign-in?next=/things" });
  expect(page.statusCode).toBe(200);
  expect(page.headers["content-security-policy"]).toMatch(/^default-src 'none'; style-src 'sha256-[^']+='; /);
  expect(page.headers["content-security-policy"]).toContain("frame-ancestors 'none'");
  expect(page.headers["cache-control"]).toBe("no-store");
  // With `no-referrer` browsers would send `Origin: null` with the form.
  expect(page.headers["referrer-policy"]).toBe("same-origin");
  expect(page.body).not.toMatch(/<script|https?:\/\//);
  expect(page.body).toContain('<label for="credential">');
});

test("next never leads to another site, and is text in the page", async () => {
  const http = await startServer(all);
  const credential = "right-api-key";
  for (const next of ["https://example.com/", "//example.com", "/\\example.com", "/.//example.com"]) {
    expect((await signIn(http, { credential, next })).headers.location).toBe("/");
    const page = await http.inject({ url: `/sign-in?next=${encodeURIComponent(next)}` });
    expect(page.body).toContain('name="next" value="/"');
  }
  const twice = await http.inject({ url: "/sign-in?next=/a&next=/b" });
  expect(twice.body).toContain('name="next" value="/"');
  const quoted = await http.inject({ url: `/sign-in?next=${encodeURIComponent(`/?a='"><b>&`)}` });
  expect(quoted.body).not.toContain("<b>");
  expect(quoted.body).toMatch(/name="next" value="[^"<>']*"/);
});

test("a person without a credential is sent to sign in and back; a client is told", async () => {
  const http = await startServer(all, { basePath: "/images" });
  const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
  const person = await http.inject({ url: "/images/things?page=2", headers: browser });
  expect(person.statusCode).toBe(303);
  expect(person.headers.location).toBe("/images/sign-in?next=%2Fimages%2Fthings%3Fpage%3D2");
  expect(person.headers["cache-control"]).toBe("no-store");
  expect((await http.inject({ url: "/images/things", headers: { accept: "*/*" } })).statusCode).toBe(401);
  expect((await http.inject({ url: "/images/things" })).statusCode).toBe(401);
  expect((await http.inject({ method: "POST", url: "/images/things", headers: browser })).statusCode).toBe(
    401,
  );
});

test("where a session would not be accepted, a person is told instead of sent in a circle", async () => {
  const http = await startServer({ ...all, mode: "contract" });
  const answer = await http.inject({ url: "/private", headers: { accept: "text/html" } });
  expect([answer.statusCode, answer.json().code]).toEqual([401, "authentication_required"]);
});

test("a person whose credential lacks the role is told so, since signing in again would not help", async () => {
  const http = await startServer(all);
  const cookie = cookieOf(await signIn(http, { credential: "right-api-key" }));
  const admin = await http.inject({ url: "/admin", headers: { cookie, accept: "text/html" } });
  expect([admin.statusCode, admin.json().code]).toEqual([403, "permission_denied"]);
});

const ours = "http://service.test:8000";
test.each<[string, Record<string, string>, boolean]>([
  ["from a page of the service", { "sec-fetch-site": "same-origin" }, true],
  ["from another site", { "sec-fetch-site": "cross-site" }, false],
  ["from a neighbouring subdomain", { "sec-fetch-site": "same-site", origin: ours }, false],
  ["typed by the user, which a form is not", { "sec-fetch-site": "none" }, false],
  ["from our origin, on plain HTTP", { origin: ours }, true],
  ["from another origin", { origin: "http://example.com" }, false],
  ["from our host on another port", { origin: "http://service.test:9000" }, false],
  ["from our host on another scheme", { origin: "https://service.test:8000" }, false],
  ["from a page without an origin", { origin: "null" }, false],
  ["that does not say where it is from", {}, false],
])("a form %s", async (_from, headers, accepted) => {
  const http = await startServer(all);
  const host = { host: "service.test:8000" };
  const cookie = cookieOf(await signIn(http, { credential: "right-api-key" }));

  const entered = await signIn(http, { credential: "right-api-key" }, { ...host, ...headers });
  expect(entered.statusCode).toBe(accepted ? 303 : 403);
  expect(entered.headers["set-cookie"] !== undefined).toBe(accepted);

  const changed = await http.inject({
    method: "POST",
    url: "/things",
    headers: { cookie, ...host, ...headers },
  });
  expect(changed.statusCode).toBe(accepted ? 200 : 403);

  const left = await http.inject({
    method: "POST",
    url: "/sign-out",
    headers: { cookie, ...host, ...headers },
  });
  expect(left.statusCode).toBe(accepted ? 303 : 403);
});

test("behind a proxy that ends TLS, the origin is the one the browser sees", async () => {
  const http = await startServer(all, { trustProxy: true });
  const behind = { host: "service.test", "x-forwarded-proto": "https" };
  const form = { credential: "right-api-key" };
  expect((await signIn(http, form, { ...behind, origin: "https://service.test" })).statusCode).toBe(303);
  expect((await signIn(http, form, { ...behind, origin: "http://service.test" })).statusCode).toBe(403);
});

test("a token of another kind is no session, even signed with the session's bytes", async () => {
  const http = await startServer(all);
  const status = async (audience: string) => {
    const value = await new SignJWT({ name: "me", roles: [], via: "hs256", literal: "" })
      .setProtectedHeader({ alg: "HS256" })
      .setAudience(audience)
      .setSubject("me")
      .setExpirationTime(NOON / 1000 + 60)
      .sign(sessionSecret);
    return (await http.inject({ url: "/things", headers: { cookie: `fovea_session=${value}` } })).statusCode;
  };
  expect(await status("fovea:session")).toBe(200);
  expect(await status("something else")).toBe(401);
});

test("a socket's handshake with a session must come from a page of the service", async () => {
  const http = await startServer(all);
  const cookie = cookieOf(await signIn(http, { credential: "right-api-key" }));
  const handshake = async (headers: Record<string, string>) =>
    (await http.inject({ url: "/things", headers: { cookie, upgrade: "websocket", ...headers } })).statusCode;
  expect(await handshake({ origin: "http://example.com" })).toBe(403);
  expect(await handshake(sameOrigin)).toBe(200);
});

test("on an open route a forged request is nobody's, not an error", async () => {
  const http = await startServer({ ...all, mode: "contract" });
  const cookie = cookieOf(await signIn(http, { credential: "right-api-key" }));
  const forged = { cookie, "sec-fetch-site": "cross-site" };
  const post = await http.inject({ method: "POST", url: "/things", headers: forged });
  expect([post.statusCode, post.json().method]).toEqual([200, "anonymous"]);
});

test("a header that was sent on purpose goes before the session, and a bad one does not spoil it", async () => {
  const http = await startServer(all);
  const cookie = cookieOf(await signIn(http, { credential: await localToken(600) }));
  const method = async (headers: Record<string, string>) =>
    (await http.inject({ url: "/things", headers: { cookie, ...headers } })).json().method;
  expect(await method({ "x-api-key": "right-api-key" })).toBe("api_key");
  // A gateway with basic authentication puts this on every request of the browser.
  expect(await method({ authorization: "Basic dXNlcjpwYXNz" })).toBe("session");
});

test("signing out takes the cookie away", async () => {
  const http = await startServer(all);
  const answer = await http.inject({ method: "POST", url: "/sign-out", headers: sameOrigin });
  expect([answer.statusCode, answer.headers.location]).toEqual([303, "/sign-in"]);
  expect(answer.headers["set-cookie"]).toMatch(/^fovea_session=; .*(Max-Age=0|Expires=Thu, 01 Jan 1970)/);
});

test("who is signed in already sees it, with their name as text", async () => {
  const http = await startServer(all);
  const cookie = cookieOf(await signIn(http, { credential: await localToken(600, "<b>Ann</b>") }));
  const page = await http.inject({ url: "/sign-in?next=/things", headers: { cookie } });
  expect(page.body).toContain("You are signed in as &lt;b&gt;Ann&lt;/b&gt;");
  expect(page.body).toContain('<a href="/things">Continue</a>');
});

test("the sign-in page takes forms of a reasonable size and nothing else", async () => {
  const http = await startServer(all);
  const post = (type: string, payload: string) =>
    http.inject({
      method: "POST",
      url: "/sign-in",
      headers: { ...sameOrigin, "content-type": type },
      payload,
    });
  expect((await post("application/json", '{"credential":"right-api-key"}')).statusCode).toBe(415);
  expect((await signIn(http, { credential: "x".repeat(40_000) })).statusCode).toBe(413);
});
