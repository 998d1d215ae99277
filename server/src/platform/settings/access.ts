import { isSingleTenant } from "../auth/entra.ts";
import { describe, flag, oneOf, port, secret, secretList, serviceAddress, text } from "./kinds.ts";

/** Who may do what. */
export const access = {
  AUTH: describe(
    oneOf(["contract", "all", "off"]).optional(),
    "Access",
    "`contract` on a loopback `HOST`, else `all`",
    "`contract`: each API asks for what its document says. `all`: everything but the probes needs a credential. `off`: nothing does, for use behind a gateway of your own.",
  ),
  AZURE_TENANT_ID: describe(
    text
      .refine(isSingleTenant, {
        error:
          "expected one tenant's id (a GUID): the shared endpoints sign for every tenant, and no token names a domain",
      })
      .optional(),
    "Access",
    "–",
    "Entra ID tenant whose tokens are accepted.",
  ),
  AZURE_CLIENT_ID: describe(
    text.optional(),
    "Access",
    "–",
    "Entra ID application (audience) that tokens must be for: the id itself or `api://<id>`.",
  ),
  AZURE_AUTHORITY: describe(
    serviceAddress("https://login.microsoftonline.com"),
    "Access",
    "`https://login.microsoftonline.com`",
    "Issuer of Entra ID tokens; signing keys are read at `{authority}/{tenant}/discovery/v2.0/keys`.",
  ),
  JWT_SECRET_KEY: describe(
    text.optional(),
    "Access",
    "generated in `DATA_DIR`",
    "Secret of HS256 tokens, such as those that `npm run token` prints; at least 32 characters in production.",
    secret,
  ),
  JWT_ACCEPTED_SECRET_KEY: describe(
    text.optional(),
    "Access",
    "–",
    "A second secret whose tokens, sessions and links are accepted, and which signs nothing: while `JWT_SECRET_KEY` is [exchanged](operations.md#exchanging-keys-and-secrets).",
    secret,
  ),
  DEV_TOKENS: describe(
    secretList.optional(),
    "Access",
    "`test-token` in development on loopback",
    "Comma list of literal bearer tokens. Honoured in development only, and off loopback only when set explicitly.",
    secret,
  ),
  API_KEY: describe(
    secretList.default([]),
    "Access",
    "–",
    "Comma list of keys accepted as `X-API-Key`.",
    secret,
  ),
  REQUIRE_API_KEY_ALL: describe(
    flag.default(false),
    "Access",
    "`off`",
    "Asks for the API key on all routes of the catalog API, not only on configuration.",
  ),
  ADMIN_TOKEN: describe(
    text.optional(),
    "Access",
    "–",
    "Bearer token of the administrator; required on `/admin*` when set.",
    secret,
  ),
  METRICS_TOKEN: describe(
    text.optional(),
    "Access",
    "–",
    "Bearer token for `/metrics`. Without it metrics are open on a loopback `HOST` and else the administrator's.",
    secret,
  ),
  METRICS_PORT: describe(
    port.optional(),
    "Access",
    "–",
    "Serves `/metrics` on a port of its own (same `HOST`) and nowhere else, without a credential.",
  ),
} as const;
