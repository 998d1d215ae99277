import { type Config, devTokensOf } from "../config.ts";
import { isLoopbackHost } from "../network.ts";
import type { Secrets } from "../secrets.ts";
import type { AuthSettings } from "./settings.ts";

export function authSettings(config: Config, { jwtSecrets }: Secrets): AuthSettings {
  return {
    mode: config.AUTH,
    environment: config.ENVIRONMENT,
    loopback: isLoopbackHost(config.HOST),
    entra:
      config.AZURE_TENANT_ID !== undefined && config.AZURE_CLIENT_ID !== undefined
        ? {
            tenantId: config.AZURE_TENANT_ID,
            clientId: config.AZURE_CLIENT_ID,
            authority: config.AZURE_AUTHORITY,
          }
        : null,
    jwtSecrets,
    devTokens: devTokensOf(config),
    apiKeys: config.API_KEY,
    requireApiKeyAll: config.REQUIRE_API_KEY_ALL,
    adminToken: config.ADMIN_TOKEN ?? null,
    metricsToken: config.METRICS_TOKEN ?? null,
  };
}
