import { createStandardPublicClientApplication, type IPublicClientApplication } from "@azure/msal-browser";
import type { TokenProvider } from "@fovea/client";
import type { Settings } from "./settings.ts";

export interface SignIn {
  /** Who is signed in; null for nobody. */
  readonly name: string | null;
  /** Leaves the page, which comes back signed in. */
  signIn(): Promise<void>;
  signOut(): Promise<void>;
  /** For the client: a token that is still good, a new one where it is not, or where Fovea did not take it. */
  readonly token: TokenProvider;
}

/** Also ends a sign-in from which the browser has just come back. */
export async function createSignIn(settings: Settings): Promise<SignIn> {
  const msal = await createStandardPublicClientApplication({
    auth: {
      clientId: settings.clientId,
      authority: settings.authority,
      // Microsoft's own are known anyhow.
      knownAuthorities: [new URL(settings.authority).host],
      // Both are registered as redirect URIs of a single-page application.
      redirectUri: new URL("redirect.html", document.baseURI).href,
      postLogoutRedirectUri: new URL(".", document.baseURI).href,
    },
    // For as long as the tab is open. With localStorage all tabs would share it, and it would outlive them.
    cache: { cacheLocation: "sessionStorage" },
  });
  const result = await msal.handleRedirectPromise();
  if (result) msal.setActiveAccount(result.account);
  const scopes = [`api://${settings.foveaClientId}/.default`];

  return {
    name: msal.getActiveAccount()?.name ?? null,
    signIn: () => msal.loginRedirect({ scopes }),
    signOut: () => msal.logoutRedirect({ account: msal.getActiveAccount() }),
    token: createTokenProvider(msal, scopes),
  };
}

/**
 * MSAL keeps tokens and renews them before they expire: with its refresh token, and where that is over, in a hidden frame.
 * Where neither helps it throws, and only the person can.
 */
const createTokenProvider =
  (msal: IPublicClientApplication, scopes: string[]): TokenProvider =>
  async ({ refresh }) => {
    const { accessToken } = await msal.acquireTokenSilent({ scopes, forceRefresh: refresh });
    return accessToken;
  };
