import { escapeHtml } from "../html.ts";
import { formPageHeaders } from "../http/form-page.ts";

export interface SignInPage {
  readonly basePath: string;
  /** A path of this origin. */
  readonly next: string;
  readonly error: string | null;
  /** Who is signed in already. */
  readonly subject: string | null;
}

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 26rem; margin: 12vh auto 0; padding: 0 1rem; }
h1 { font-size: 1.5rem; }
label { display: block; font-weight: 600; }
input { box-sizing: border-box; width: 100%; padding: 0.5rem; font: inherit; }
button { margin-top: 1rem; padding: 0.5rem 1rem; font: inherit; }
[role="alert"] { border-left: 4px solid #c62828; padding-left: 0.75rem; }
`;

export const signInHeaders = () => formPageHeaders(style);

export const signInPage = (page: SignInPage): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in · Fovea</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Sign in to Fovea</h1>
${page.error === null ? "" : `<p role="alert" id="problem">${escapeHtml(page.error)}</p>`}
${page.subject === null ? "" : signedIn(page, page.subject)}
<form method="post" action="${escapeHtml(`${page.basePath}/sign-in`)}">
<input type="hidden" name="next" value="${escapeHtml(page.next)}">
<label for="credential">Token or API key</label>
<input id="credential" name="credential" type="password" required autofocus autocomplete="off" spellcheck="false"${
  page.error === null ? "" : ' aria-invalid="true" aria-describedby="problem"'
}>
<button>Sign in</button>
</form>
</main>
</body>
</html>
`;

// The cookie is not sent when a link from another site leads here, so this page may be the first to know it.
const signedIn = (page: SignInPage, subject: string) => `<p>You are signed in as ${escapeHtml(subject)}.
<a href="${escapeHtml(page.next)}">Continue</a></p>
<form method="post" action="${escapeHtml(`${page.basePath}/sign-out`)}"><button>Sign out</button></form>`;
