import type { SecretKeys } from "../secret-keys.ts";

/** What the operator decided about access: a plain value, read from the environment by the caller. */
export interface AuthSettings {
  /** `contract`: as the five documents say; `all`: a credential everywhere; `off`: none is asked for. */
  readonly mode: "contract" | "all" | "off";
  readonly environment: "development" | "production";
  /** True when the server listens on the loopback interface only. */
  readonly loopback: boolean;
  readonly entra: EntraSettings | null;
  /** Bytes that sign HS256 tokens, configured or generated. */
  readonly jwtSecrets: SecretKeys;
  /** Literal bearer tokens; the caller has emptied the list where they are not allowed. */
  readonly devTokens: readonly string[];
  readonly apiKeys: readonly string[];
  /** Upload and status of the catalog API ask for an API key too. */
  readonly requireApiKeyAll: boolean;
  readonly adminToken: string | null;
  readonly metricsToken: string | null;
}

export interface EntraSettings {
  /** The directory's id, a GUID; see `isSingleTenant`. */
  readonly tenantId: string;
  readonly clientId: string;
  /** Origin of the identity service, without the tenant. */
  readonly authority: string;
}
