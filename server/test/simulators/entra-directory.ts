/** What is registered in a directory of Entra ID. */
export interface EntraDirectory {
  readonly tenant: string;
  /** The application that exposes an API, as `api://<client id>`, and the scope that it has for people. */
  readonly api: { readonly clientId: string; readonly scope: string };
  /** The application of the page: a public client of the platform “single-page application”. */
  readonly page: { readonly clientId: string; readonly redirectUris: readonly string[] };
  /** Who has an account. */
  readonly person: { readonly id: string; readonly name: string; readonly username: string };
}

/** A directory with one person in it, whose page is answered at these addresses. */
export const smallDirectory = (...redirectUris: string[]): EntraDirectory => ({
  tenant: "11111111-2222-4333-8444-555555555555",
  api: { clientId: "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee", scope: "access_as_user" },
  page: { clientId: "bbbbbbbb-cccc-4ddd-8eee-ffffffffffff", redirectUris },
  person: {
    id: "99999999-8888-4777-8666-555555555555",
    name: "Example Person",
    username: "person@example.com",
  },
});

const openIdScopes = ["openid", "profile", "email", "offline_access"];

/**
 * What a list of scopes asks for, and whether a refresh token belongs to it.
 *
 * @returns the scopes as Entra ID names them in its answer, or what is wrong with them
 */
export function readScopes(
  text: string | null,
  { api }: EntraDirectory,
): { readonly granted: string; readonly offline: boolean } | { readonly wrong: "resource" | "scope" } {
  const scopes = (text ?? "").split(" ").filter((scope) => scope !== "");
  const ofResources = scopes.filter((scope) => !openIdScopes.includes(scope));
  const resource = `api://${api.clientId}/`;
  if (ofResources.some((scope) => !scope.startsWith(resource))) return { wrong: "resource" };
  const known = [`${resource}.default`, `${resource}${api.scope}`];
  // Entra ID would give who names no resource a token for Microsoft Graph, which is not here.
  if (ofResources.length === 0) return { wrong: "resource" };
  if (ofResources.some((scope) => !known.includes(scope))) return { wrong: "scope" };
  return {
    granted: [...new Set([`${resource}${api.scope}`, ...ofResources])].join(" "),
    offline: scopes.includes("offline_access"),
  };
}
