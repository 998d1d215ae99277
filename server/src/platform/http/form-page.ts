import { createHash } from "node:crypto";

/**
 * Headers of a page with one style and a form: it may load nothing and run nothing, may be framed by nobody, and sends its
 * form only here. `same-origin` as referrer policy, not the stricter `no-referrer`: with that one browsers send
 * `Origin: null` with the form, and the page's own request could not be told from a forged one.
 */
export const formPageHeaders = (style: string): Readonly<Record<string, string>> => ({
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "referrer-policy": "same-origin",
  "content-security-policy": [
    "default-src 'none'",
    `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; "),
});
