import { type Config, devTokensOf } from "./platform/config.ts";

/** What a developer sees at start: where the service is, and one command that works as it stands. */
export function banner(
  config: Config,
  started: { readonly version: string; readonly port: number; readonly ms: number },
): string {
  const origin =
    config.PUBLIC_BASE_URL ?? `http://${urlHost(config.HOST)}:${started.port}${config.BASE_PATH}`;
  return `
  Fovea ${started.version}   ready in ${(started.ms / 1000).toFixed(1)} s   (AUTH=${config.AUTH})

  Dashboard   ${origin}/
  API docs    ${origin}/docs
  OpenAPI     ${origin}/openapi.json
  Health      ${origin}/health

  Try it      ${tryIt(config, `${origin}/api/v1/providers`).join("\n              ")}
  Stop        Ctrl-C

`;
}

/** Only the documented token is printed: others that are configured are secrets. */
function tryIt(config: Config, url: string): string[] {
  const bearer = (token: string) => `curl -H "Authorization: Bearer ${token}" ${url}`;
  if (config.AUTH === "off") return [`curl ${url}`];
  if (devTokensOf(config).includes("test-token")) return [bearer("test-token")];
  const entraOnly = config.AUTH === "contract" && config.AZURE_TENANT_ID !== undefined;
  if (entraOnly) return [bearer("$TOKEN"), "with an access token of Entra ID, see docs/access.md"];
  return ["TOKEN=$(npm run --silent token)", bearer("$TOKEN")];
}

/** 0.0.0.0 and :: are where one listens, not what one can open. */
function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
