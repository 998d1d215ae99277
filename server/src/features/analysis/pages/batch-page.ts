import { escapeHtml } from "../../../platform/html.ts";
import type { PlainPage } from "../../../platform/http/app-page.ts";
import { type AnalysisBatch, listed } from "../answers.ts";
import { exportFormats, formatFacts } from "../exports/formats.ts";
import { uploadForm } from "./upload-form.ts";

/** How far a batch is, and its downloads. While it is active the page loads itself again. */
export function batchPage(batch: AnalysisBatch, basePath: string, now: Date): PlainPage {
  const facts = listed(batch, now);
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
  return {
    title: `${facts.progress_percentage} % · ${batch.name}`,
    refresh: facts.is_active ? 5 : undefined,
    body: `<h1>${escapeHtml(batch.name)}</h1>
<progress max="100" value="${facts.progress_percentage}" aria-label="Progress">${facts.progress_percentage} %</progress>
<dl>
${shown.map(([term, value]) => `<dt>${term}</dt><dd>${escapeHtml(value)}</dd>`).join("\n")}
</dl>
<h2>Download the results</h2>
<ul>
${downloads.join("\n")}
</ul>
<h2>Analyze another file</h2>
${uploadForm(basePath)}`,
  };
}
