/** What people call the parameter they put a credential into; without case, hyphens and underscores. */
const names = new Set([
  "accesstoken",
  "admintoken",
  "apikey",
  "auth",
  "authorization",
  "bearer",
  "idtoken",
  "jwt",
  "key",
  "secret",
  "token",
  "xadmintoken",
  "xapikey",
]);

/** The parameter of a query that looks like a credential; undefined where there is none. */
export const credentialParameter = (query: unknown): string | undefined =>
  Object.keys(query ?? {}).find((name) => names.has(name.toLowerCase().replaceAll(/[-_]/g, "")));
