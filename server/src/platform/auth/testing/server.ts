import Fastify from "fastify";
import { AppError } from "../../errors.ts";
import { createAuthentication } from "../authenticate.ts";
import { addAuthentication } from "../hook.ts";
import type { AuthSettings } from "../settings.ts";
import { signInRoutes } from "../sign-in.ts";
import { authSettings, NOON, sessionSecret } from "./settings.ts";

/** A server with the sign-in page and a route to try it on. Its settings and clock can be changed between servers. */
export async function startServer(
  settings: Partial<AuthSettings>,
  options: { basePath?: string; time?: { now: number }; trustProxy?: boolean } = {},
) {
  const { basePath = "", time = { now: NOON } } = options;
  const http = Fastify({ trustProxy: options.trustProxy ?? false });
  http.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof AppError)) throw error;
    return reply.code(error.status).headers(error.headers).send({ code: error.code, message: error.message });
  });
  const authentication = createAuthentication({
    settings: authSettings(settings),
    sessionSecrets: [sessionSecret],
    clock: () => time.now,
    basePath,
  });
  addAuthentication(http, authentication);
  await http.register(signInRoutes, { authentication, prefix: basePath });
  const config = { access: "open" } as const;
  http.get(`${basePath}/things`, { config }, async (request) => request.identity);
  http.post(`${basePath}/things`, { config }, async (request) => request.identity);
  http.get(`${basePath}/private`, { config: { access: "bearer" } }, async (request) => request.identity);
  http.get(`${basePath}/admin`, { config: { access: "operator" } }, async (request) => request.identity);
  await http.ready();
  return http;
}
