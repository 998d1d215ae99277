import { escapeHtml } from "../../../platform/html.ts";
import { formPageHeaders } from "../../../platform/http/form-page.ts";
import { type AnalysisBatch, listed } from "../answers.ts";
import { exportFormats, formatFacts } from "../exports/formats.ts";

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 40rem; margin: 6vh auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; }
progress { width: 100%; height: 1.25rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1.5rem; }
dd { margin: 0; }
button, input { font: inherit; }
`;

export const batchPageHeaders = () => formPageHeaders(style);

/** How far a batch is, and its downloads. While it is active the page loads itself again. */
export function batchPage(batch: AnalysisBatch, basePath: string, now: Date): string {
  const facts = listed(batch, now);
  const name = escapeHtml(batch.name);
  const downloads = exportFormats.map((format) => {
    const address = `${basePath}/export/batch/${batch.id}?format=${format}`;
    return `<li><a href="${escapeHtml(address)}">${formatFacts[format].name}</a></li>`;
  });
  const shown: readonly (readonly [string, string])[] = [
    ["Status", facts.status + (batch.deletedAt === null ? "" : " (deleted)")],
    ["Rows", `${facts.processed_count} of ${facts.total_urls}`],
    ["Successful", String(facts.successful_count)],
    ["Failed", String(facts.failed_count)],
    ["Created", facts.created_at],
    ["Estimated end", facts.estimated_completion ?? "–"],
    ["Note", batch.reason ?? "–"],
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${facts.is_active ? '<meta http-equiv="refresh" content="5">\n' : ""}<title>${facts.progress_percentage} % · ${name} · Fovea</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${name}</h1>
<progress max="100" value="${facts.progress_percentage}" aria-label="Progress">${facts.progress_percentage} %</progress>
<dl>
${shown.map(([term, value]) => `<dt>${term}</dt><dd>${escapeHtml(value)}</dd>`).join("\n")}
</dl>
<h2>Download the results</h2>
<ul>
${downloads.join("\n")}
</ul>
<h2>Analyze another file</h2>
<form method="post" action="${escapeHtml(`${basePath}/upload`)}" enctype="multipart/form-data">
<p><label for="file">CSV with a column of image addresses (<a href="${escapeHtml(`${basePath}/export/template`)}">template</a>)</label></p>
<p><input id="file" name="file" type="file" accept=".csv,.csv.gz,text/csv" required> <button>Upload</button></p>
</form>
</main>
</body>
</html>
`;
}
