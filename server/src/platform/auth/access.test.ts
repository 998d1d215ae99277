import cors from "@fastify/cors";
import Fastify, { type FastifyInstance } from "fastify";
import { expect, test } from "vitest";
import { requireAccessLevels, setDefaultAccess } from "./access.ts";
import { createAuthentication } from "./authenticate.ts";
import { addAuthentication } from "./hook.ts";
import { authSettings, NOON, sessionSecret } from "./testing/settings.ts";

const handler = async () => "answer";

/** A server on which everything asks for a credential and none is given. */
function setup() {
  const http = Fastify();
  const authentication = createAuthentication({
    settings: authSettings({ mode: "all" }),
    sessionSecrets: [sessionSecret],
    clock: () => NOON,
    basePath: "",
  });
  return { http, guard: () => addAuthentication(http, authentication) };
}
const status = async (http: FastifyInstance, method: "GET" | "HEAD" | "OPTIONS" | "POST", url: string) =>
  (await http.inject({ method, url })).statusCode;

test("a route without an access level fails the start and is named", async () => {
  const http = Fastify();
  requireAccessLevels(http);
  expect(() => http.get("/forgotten", handler)).toThrow(
    /The route GET \/forgotten declares no access level: set config\.access to one of public, open,/,
  );
  http.register(async (scope) => {
    scope.post("/inside", handler);
  });
  await expect(http.ready()).rejects.toThrow(/POST \/inside declares no access level/);
});

test("an access level that does not exist fails the start", () => {
  const http = Fastify();
  requireAccessLevels(http);
  const config = { access: "everybody" } as unknown as { access: "open" };
  expect(() => http.get("/odd", { config }, handler)).toThrow(/declares no access level/);
});

test("HEAD asks for what its GET asks for", async () => {
  const { http, guard } = setup();
  guard();
  http.get("/closed", { config: { access: "open" } }, handler);
  http.get("/probe", { config: { access: "public" } }, handler);
  http.get("/explicit", { config: { access: "open" }, exposeHeadRoute: false }, handler);
  http.head("/explicit", handler);
  expect(await status(http, "HEAD", "/closed")).toBe(401);
  expect(await status(http, "HEAD", "/explicit")).toBe(401);
  expect(await status(http, "HEAD", "/probe")).toBe(200);
});

test("a preflight is answered without a credential, an OPTIONS route with a level is not", async () => {
  const { http, guard } = setup();
  guard();
  await http.register(cors, { origin: ["http://app.test"] });
  http.options("/described", { config: { access: "open" } }, handler);
  const preflight = await http.inject({
    method: "OPTIONS",
    url: "/closed",
    headers: { origin: "http://app.test", "access-control-request-method": "POST" },
  });
  expect(preflight.statusCode).toBe(204);
  expect(await status(http, "OPTIONS", "/described")).toBe(401);
});

test("the routes of a plugin that cannot declare a level have that of their scope", async () => {
  const { http, guard } = setup();
  guard();
  await http.register(async (scope) => {
    setDefaultAccess(scope, "open");
    await scope.register(async (inner) => {
      inner.get("/docs", handler);
      inner.get("/docs/probe", { config: { access: "public" } }, handler);
    });
  });
  expect(() => http.get("/outside", handler)).toThrow(/declares no access level/);
  expect(await status(http, "GET", "/docs")).toBe(401);
  expect(await status(http, "HEAD", "/docs")).toBe(401);
  expect(await status(http, "GET", "/docs/probe")).toBe(200);
});

test("a route that is older than the guard is not open for that", async () => {
  const { http, guard } = setup();
  http.get("/older", handler);
  guard();
  http.addHook("onRequest", async () => {});
  await http.ready();
  expect(await status(http, "GET", "/older")).toBe(401);
});

test("an unknown address is a 404 for everybody", async () => {
  const { http, guard } = setup();
  guard();
  expect(await status(http, "GET", "/nowhere")).toBe(404);
  expect(await status(http, "POST", "/nowhere")).toBe(404);
});

test("a caller without a credential is refused before the body is read", async () => {
  const { http, guard } = setup();
  guard();
  let parsed = 0;
  http.addContentTypeParser("text/csv", async () => {
    parsed += 1;
  });
  http.post("/upload", { config: { access: "open" } }, handler);
  const upload = {
    method: "POST",
    url: "/upload",
    headers: { "content-type": "text/csv" },
    payload: "a,b",
  } as const;
  expect((await http.inject(upload)).statusCode).toBe(401);
  expect(parsed).toBe(0);
});

test("a request that carries its own leave needs no credential, to read and for nothing else", async () => {
  const { http, guard } = setup();
  guard();
  const opensWith = ({ query }: { query: unknown }) => (query as { leave?: string }).leave === "given";
  http.get("/picture", { config: { access: "open", opensWith } }, handler);
  http.post("/picture", { config: { access: "open", opensWith } }, handler);
  http.get("/secret", { config: { access: "open" } }, handler);
  expect(await status(http, "GET", "/picture?leave=given")).toBe(200);
  expect(await status(http, "HEAD", "/picture?leave=given")).toBe(200);
  expect(await status(http, "GET", "/picture?leave=forged")).toBe(401);
  expect(await status(http, "GET", "/picture")).toBe(401);
  expect(await status(http, "POST", "/picture?leave=given")).toBe(401);
  expect(await status(http, "GET", "/secret?leave=given")).toBe(401);
  const wrong = { "x-api-key": "wrong" };
  const signed = await http.inject({ url: "/picture?leave=given", headers: wrong });
  expect(signed.statusCode).toBe(200);
});
