import { pythonLiteral, shellQuoted } from "../../parts/literals.ts";
import type { SnippetService } from "../../parts/snippet-service.ts";
import type { Options } from "./use-prepared.ts";

interface Shown {
  readonly fileName: string;
  readonly mediaType: string;
  readonly models: readonly string[];
  readonly options: Options;
}

/** What the page does, in other languages. */
export function prepareSnippets(shown: Shown, service: SnippetService) {
  return [
    { label: "curl", code: curl(shown, service) },
    { label: "TypeScript", code: typescript(shown, service) },
    { label: "Python", code: python(shown, service) },
  ];
}

const path = (name: string) => (name.startsWith("-") ? `./${name}` : name);

function curl({ fileName, mediaType, models, options }: Shown, service: SnippetService): string {
  const each = models.map((model) => {
    const query = new URLSearchParams({ model, ...written(options) });
    return [
      // The answer's own type says which format it is.
      `curl -sS --fail-with-body -o ${shellQuoted(`prepared-${model}`)} -w '%{content_type}\\n' \\`,
      ...(service.curlHeader === null ? [] : [`  ${service.curlHeader} \\`]),
      `  -H "Content-Type: ${mediaType}" -H "Accept: image/*" \\`,
      `  --data-binary ${shellQuoted(`@${path(fileName)}`)} \\`,
      `  ${shellQuoted(`${service.url}/api/v1/process?${query}`)}`,
    ].join("\n");
  });
  return each.join("\n\n");
}

const written = (options: Options) =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [name, String(value)]));

function typescript({ fileName, models, options }: Shown, service: SnippetService): string {
  const said = Object.entries(options).map(([name, value]) => `, ${name}: ${JSON.stringify(value)}`);
  return `import { Fovea } from "@fovea/client";

const fovea = ${service.typescript}
for (const model of ${JSON.stringify(models)}) {
  const image = await fovea.prepare.process(${JSON.stringify(path(fileName))}, { model${said.join("")} });
  await image.save(\`prepared-\${model}.\${image.format.toLowerCase()}\`);
  console.log(model, image.width, image.height, image.size, "bytes", image.estimated_tokens, "tokens");
}`;
}

function python({ fileName, models, options }: Shown, service: SnippetService): string {
  const said = Object.entries(options).map(([name, value]) => `, ${name}=${pythonLiteral(value)}`);
  return `from fovea import Fovea

client = ${service.python}
for model in ${pythonLiteral(models)}:
    image = client.prepare.process(${JSON.stringify(path(fileName))}, model=model${said.join("")})
    image.save(f"prepared-{model}.{image.format.lower()}")
    print(model, image.width, image.height, image.size, "bytes", image.estimated_tokens, "tokens")`;
}
