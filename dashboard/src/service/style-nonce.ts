/** What the page's security policy knows our styles by. A browser hides it from selectors, not from scripts. */
export const styleNonce = (): string =>
  document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";
