/** Where a delivery goes. */
export interface Address {
  /** As it was given, credentials included. */
  readonly url: string;
  /** For people and for logs: no user, no password, and of the query only that there is one. */
  readonly shown: string;
  /** Scheme, host and port; empty where nothing can be sent. */
  readonly origin: string;
}

/** PostgreSQL's indexes take 2700 bytes, and what is longer is no address that anybody set up. */
const longest = 2_048;

/**
 * Never fails: it is called in the transaction of an event, which must not be undone because of where it is told. What
 * cannot be sent to has no origin.
 */
export function parseAddress(text: string): Address {
  const url = URL.parse(text);
  const usable = url !== null && (url.protocol === "http:" || url.protocol === "https:");
  if (!usable || url.href.length > longest) return { ...unusable, shown: usable ? shownUrl(url) : "" };
  return { url: url.href, shown: shownUrl(url), origin: url.origin };
}

const unusable = { url: "", origin: "" };

/** The form in which an URL is shown, to look for it by; empty where it is none. */
export const shownAddress = (text: string): string => parseAddress(text).shown;

/** Receivers are often told apart, and let in, by something secret behind the question mark. */
const shownUrl = ({ origin, pathname, search }: URL): string =>
  `${origin}${pathname}${search === "" ? "" : "?…"}`.slice(0, longest);

/** The URL to ask, and the header that says what its user and password said: the guard refuses them in URLs. */
export function withoutCredentials(text: string): {
  readonly url: string;
  readonly authorization: string | undefined;
} {
  const url = new URL(text);
  const { username, password } = url;
  if (username === "" && password === "") return { url: text, authorization: undefined };
  url.username = "";
  url.password = "";
  const credentials = `${percentDecoded(username)}:${percentDecoded(password)}`;
  return { url: url.href, authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
}

/** A lone `%` is allowed in URLs, and stands for itself. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
