import type { AuthSettings } from "../settings.ts";

export const jwtSecret = new TextEncoder().encode("bytes that sign tokens in tests only");
export const sessionSecret = new TextEncoder().encode("bytes that sign sessions in tests only");

/** A moment long after the tokens in any example, and not this machine's. */
export const NOON = Date.UTC(2031, 4, 6, 12);

export const authSettings = (changes: Partial<AuthSettings> = {}): AuthSettings => ({
  mode: "contract",
  environment: "development",
  loopback: true,
  entra: null,
  jwtSecrets: [jwtSecret],
  devTokens: [],
  apiKeys: [],
  requireApiKeyAll: false,
  adminToken: null,
  metricsToken: null,
  ...changes,
});
