import type { CreateMediaJobBody } from "@fovea/client";
import { pythonLiteral, shellQuoted } from "../../parts/literals.ts";
import type { SnippetService } from "../../parts/snippet-service.ts";

/** The same job in other languages, as it would be asked for with the form's values. */
export function mediaSnippets(body: CreateMediaJobBody, service: SnippetService) {
  return [
    { label: "curl", code: curl(body, service) },
    { label: "TypeScript", code: typescript(body, service) },
    { label: "Python", code: python(body, service) },
    { label: "CLI", code: cli(body, service) },
  ];
}

const curl = (body: CreateMediaJobBody, service: SnippetService) =>
  [
    'curl -sS -H "Content-Type: application/json" -H "Prefer: wait=30" \\',
    ...(service.curlHeader === null ? [] : [`  ${service.curlHeader} \\`]),
    `  -d ${shellQuoted(JSON.stringify(body))} \\`,
    `  ${shellQuoted(`${service.url}/api/v1/jobs/generate`)}`,
  ].join("\n");

const typescript = (body: CreateMediaJobBody, service: SnippetService) =>
  `import { Fovea } from "@fovea/client";

const fovea = ${service.typescript}
const created = await fovea.jobs.create(${JSON.stringify(body, null, 2)});
const job = await fovea.jobs.wait(created.id);
if (job.status !== "completed") throw new Error(job.error_message ?? job.status);
for (const picture of job.media ?? []) {
  await (await fovea.media.download(picture.id)).save(\`\${picture.id}.${formatOf(body)}\`);
}`;

const python = (body: CreateMediaJobBody, service: SnippetService) =>
  `from fovea import Fovea

client = ${service.python}
created = client.jobs.create(
${Object.entries(body)
  .map(([name, value]) => `    ${name}=${pythonLiteral(value)},\n`)
  .join("")})
job = client.jobs.wait(created.id)
if job.status != "completed":
    raise SystemExit(job.error_message or job.status)
for picture in job.media or []:
    client.media.download(picture.id).save(f"{picture.id}.${formatOf(body)}")`;

/** The command's own words for parameters; it has none for others. */
const flags: Readonly<Record<string, string>> = {
  aspect_ratio: "--aspect-ratio",
  seed: "--seed",
  num_outputs: "--count",
  negative_prompt: "--negative",
  output_quality: "--quality",
};

function cli({ prompt, model, parameters }: CreateMediaJobBody, service: SnippetService): string {
  const { width, height, output_format, ...rest } = parameters ?? {};
  const said = Object.entries(rest).filter(([name]) => flags[name] !== undefined);
  const unsaid = Object.keys(rest).filter((name) => flags[name] === undefined);
  const hasSize = typeof width === "number" && typeof height === "number";
  if (!hasSize && (width ?? height) != null) unsaid.push(width == null ? "height" : "width");
  // A value that begins with a dash would be taken for an option.
  const line = [
    `${service.shellPrefix}fovea generate`,
    ...(model ? [`--model ${shellQuoted(model)}`] : []),
    ...(hasSize ? [`--size ${width}x${height}`] : []),
    ...said.map(([name, value]) => `${flags[name]}=${shellQuoted(String(value))}`),
    `-o ./ --format ${output_format ?? "png"}`,
    `--url ${shellQuoted(service.url)}`,
    `-- ${shellQuoted(prompt)}`,
  ].join(" \\\n  ");
  return unsaid.length === 0 ? line : `# The command has no option for ${unsaid.join(", ")}.\n${line}`;
}

const formatOf = ({ parameters }: CreateMediaJobBody) => parameters?.output_format ?? "png";
