import { pythonLiteral, shellQuoted } from "../../parts/literals.ts";
import type { SnippetService } from "../../parts/snippet-service.ts";

type Options = Readonly<Record<string, string>>;

/** The same upload in other languages. @param file its name, as if it lay in the working folder */
export function catalogSnippets(file: string, options: Options, service: SnippetService) {
  return [
    { label: "curl", code: curl(file, options, service) },
    { label: "TypeScript", code: typescript(file, options, service) },
    { label: "Python", code: python(file, options, service) },
  ];
}

const curl = (file: string, options: Options, service: SnippetService) =>
  [
    "curl -sS",
    ...(service.curlHeader === null ? [] : [service.curlHeader]),
    `-F file=@${shellQuoted(file)}`,
    ...Object.entries(options).map(([name, value]) => `-F ${name}=${shellQuoted(value)}`),
    shellQuoted(`${service.url}/api/v1/upload`),
  ].join(" \\\n  ");

const typescript = (file: string, options: Options, service: SnippetService) =>
  `import { Fovea } from "@fovea/client";

const fovea = ${service.typescript}
const { request_id } = await fovea.catalog.upload(${JSON.stringify(file)}, ${JSON.stringify(options)});
await fovea.catalog.wait(request_id);
await (await fovea.catalog.csv(request_id)).save("smaller.csv");`;

const python = (file: string, options: Options, service: SnippetService) =>
  `from fovea import Fovea

client = ${service.python}
upload = client.catalog.upload(${[
    JSON.stringify(file),
    ...Object.entries(options).map(([name, value]) => `${name}=${pythonLiteral(value)}`),
  ].join(", ")})
client.catalog.wait(upload.request_id)
client.catalog.csv(upload.request_id).save("smaller.csv")`;
