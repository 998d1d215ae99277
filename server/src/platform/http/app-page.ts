import { randomBytes } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { escapeHtml } from "../html.ts";
import { formPageHeaders } from "./form-page.ts";

/** A page as a browser without scripts has it. */
export interface PlainPage {
  readonly title: string;
  /** HTML of its content. */
  readonly body: string;
  /** Seconds after which such a browser loads it again; absent: never. */
  readonly refresh?: number | undefined;
}

interface RenderedPage {
  readonly headers: Readonly<Record<string, string>>;
  readonly html: string;
}

export type RenderPage = (page: PlainPage) => RenderedPage;

/** Where the files of the application are, below the base path. */
export const applicationPath = "/dashboard";

export interface AppPageOptions {
  /** Where the built application is; null: there is none, and every page is the plain one. */
  readonly folder: string | null;
  /** Empty, or a prefix such as `/images`. */
  readonly basePath: string;
  /** Other origins that pictures are shown from, such as that of a public storage. */
  readonly pictureOrigins: readonly string[];
}

/**
 * The pages of the application: one file for all of them, which begins with the plain page for browsers without scripts.
 * It may load what is of this service, and nothing from elsewhere.
 */
export function createAppPages({ folder, basePath, pictureOrigins }: AppPageOptions): RenderPage {
  if (folder === null) return plainPage;
  const template = createTemplate(folder, basePath);
  const headers = policyHeaders(pictureOrigins);
  return (page) => {
    const nonce = randomBytes(16).toString("base64url");
    const head = [
      `<title>${escapeHtml(page.title)} · Fovea</title>`,
      `<meta property="csp-nonce" nonce="${nonce}">`,
      ...(page.refresh === undefined ? [] : [`<noscript>${refreshTag(page.refresh)}</noscript>`]),
    ].join("\n    ");
    const plain = `<noscript><style nonce="${nonce}">${style}</style><main>${page.body}</main></noscript>`;
    return {
      headers: headers(nonce),
      // Functions, because `$&` in a text would stand for something.
      html: template()
        .replace(/<title>.*?<\/title>/, () => head)
        .replace("<body>", () => `<body>\n    ${plain}`),
    };
  };
}

/** What Vite wrote, with addresses that hold below any page; anew where it was built again beside a running service. */
function createTemplate(folder: string, basePath: string): () => string {
  const file = join(folder, "index.html");
  const at = escapeHtml(`${basePath}${applicationPath}/`);
  let known = { text: "", writtenAt: -1 };
  return () => {
    const { mtimeMs: writtenAt } = statSync(file);
    if (writtenAt !== known.writtenAt) {
      const text = readFileSync(file, "utf8")
        .replace('data-base-path=""', () => `data-base-path="${escapeHtml(basePath)}"`)
        .replace(/(href|src)="\.\//g, (_, attribute: string) => `${attribute}="${at}`);
      known = { text, writtenAt };
    }
    return known.text;
  };
}

const policyHeaders = (pictureOrigins: readonly string[]) => {
  const pictures = ["'self'", "blob:", "data:", ...pictureOrigins].join(" ");
  return (nonce: string): Readonly<Record<string, string>> => ({
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    // As with every page that has forms: see `formPageHeaders`.
    "referrer-policy": "same-origin",
    "content-security-policy": [
      "default-src 'none'",
      "script-src 'self'",
      `style-src 'self' 'nonce-${nonce}'`,
      `img-src ${pictures}`,
      "connect-src 'self'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join("; "),
  });
};

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 40rem; margin: 6vh auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; }
progress { width: 100%; height: 1.25rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1.5rem; }
dd { margin: 0; }
button, input { font: inherit; }
`;

const refreshTag = (seconds: number) => `<meta http-equiv="refresh" content="${seconds}">`;

/** Without the application, as where it was not built. */
const plainPage: RenderPage = ({ title, body, refresh }) => ({
  headers: formPageHeaders(style),
  html: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${refresh === undefined ? "" : `${refreshTag(refresh)}\n`}<title>${escapeHtml(title)} · Fovea</title>
<style>${style}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`,
});
