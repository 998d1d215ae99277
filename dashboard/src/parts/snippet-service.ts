import { basePath } from "../service/base-path.ts";
import { useSetup } from "../service/use-setup.ts";

/** How a program gets at this service, for what is copied from a page. */
export interface SnippetService {
  readonly url: string;
  /** An option of curl; null where no credential is asked for. */
  readonly curlHeader: string | null;
  /** An expression and its semicolon. */
  readonly typescript: string;
  readonly python: string;
  /** An assignment before a command; empty where no credential is asked for. */
  readonly shellPrefix: string;
}

/** @param asks whether this API asks for a credential wherever any does */
export function useSnippetService(asks: boolean): SnippetService {
  const { data } = useSetup();
  const isNeeded = data !== undefined && (data.auth === "all" || (asks && data.auth === "contract"));
  const isHere = ["127.0.0.1", "localhost", "[::1]"].includes(location.hostname);
  // A token that works in development on one's own machine, and nowhere else.
  const usual =
    data?.environment === "development" && data.auth === "contract" && isHere ? "test-token" : null;
  const url = `${location.origin}${basePath}`;
  const address = JSON.stringify(url);
  if (!isNeeded) {
    return {
      url,
      curlHeader: null,
      typescript: `new Fovea({ baseUrl: ${address} });`,
      python: `Fovea(${address})`,
      shellPrefix: "",
    };
  }
  const shell = usual ? `\${FOVEA_TOKEN:-${usual}}` : "$FOVEA_TOKEN";
  const token = usual && JSON.stringify(usual);
  return {
    url,
    curlHeader: `-H "Authorization: Bearer ${shell}"`,
    typescript: token
      ? `new Fovea({ baseUrl: ${address}, token: ${token} });`
      : `new Fovea({ baseUrl: ${address} }); // Its token is FOVEA_TOKEN.`,
    python: token ? `Fovea(${address}, token=${token})` : `Fovea(${address})  # Its token is FOVEA_TOKEN.`,
    shellPrefix: usual ? `FOVEA_TOKEN=${usual} ` : "",
  };
}
