import type { Failure, FailureCategory } from "./failures/failure.ts";
import { failures } from "./failures.ts";

const introduction = `# Errors

A row of a batch can fail, a media job, an icon, and an image of a catalog, which are this page; and a request.

**A request** that is refused says so in its status, in a sentence in its body, and by a code in the header
\`X-Error-Code\`. These codes are in the guide of the API that was called: [prepare](prepare.md#errors),
[analysis](analysis.md#errors), [media](media.md#errors), [icons](icons.md#errors), [catalog](catalog.md#errors),
[webhooks](webhooks.md#errors), [live events](events.md#errors).

**A row** of a batch that cannot be done does not stop the others. Its result has a code, and that code is the same
everywhere: in the results, in exports, in the dashboard, and as \`error_type\` in the error analysis of the batch. Match on
the code; the sentences may change.

**A media job** that fails has its code as \`error_code\` in its status: \`refused\`, \`invalid_output\`, \`model_unavailable\`,
\`request_rejected\`, \`model_unusable\`, \`picture_lost\` or \`internal_error\`.

**An icon** that cannot be made has one of the same codes: a single one as \`error\` of the answer, which is then a 500, one of a
batch as \`error_code\` in the \`metadata\` of its result.

**An image of a catalog** that cannot be made has one of these codes as \`error_code\`, in \`outputs\` and \`errors\` of its product.

"Again" tells whether the same row may succeed when it is tried again with nothing else changed. Failures of the network
that pass by themselves have been tried three times, with pauses, before a row gets its code.
`;

const sections: readonly (readonly [FailureCategory, string, string])[] = [
  [
    "network_errors",
    "Network errors",
    "The other side could not be reached, or did not answer as a server of pictures does.",
  ],
  [
    "invalid_urls",
    "Invalid addresses",
    "The address itself: it is none, must not be fetched, or leads to nothing that may be read.",
  ],
  ["processing_errors", "Processing errors", "The picture, the model, or this service."],
];

/** The text of `docs/errors.md`, generated from the list of failures. */
export function failuresPage(): string {
  const all: readonly (readonly [string, Failure])[] = Object.entries(failures);
  const tables = sections.map(
    ([category, title, meaning]) => `
## ${title}

${meaning} In the error analysis: \`${category}\`.

| code | what happened | likely cause | what to do | again |
| --- | --- | --- | --- | --- |
${all
  .filter(([, failure]) => failure.category === category)
  .map(([code, failure]) => row(code, failure))
  .join("\n")}
`,
  );
  return `${introduction}${tables.join("")}
This page is generated from \`server/src/platform/failures/\` by \`npm run docs\`.
`;
}

/** With an anchor, so that `errors.md#http_404` leads to the row of the code. */
const row = (code: string, { sentence, cause, fix, retryable }: Failure) =>
  `| <a id="${code}"></a>\`${code}\` | ${[sentence, cause, fix].map(cell).join(" | ")} | ${retryable ? "yes" : "no"} |`;

/** A bar would end the cell; names of settings are shown as such. */
const cell = (text: string) =>
  text.replaceAll("|", "\\|").replaceAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g, (name) => `\`${name}\``);
