import { pythonLiteral, shellQuoted } from "../../parts/literals.ts";
import type { SnippetService } from "../../parts/snippet-service.ts";
import { type IconWish, oneBodyOf, setBodyOf } from "./icon-wish.ts";

/** The icon, or the set, in other languages. */
export function iconSnippets(wish: IconWish, service: SnippetService) {
  const one = oneBodyOf(wish);
  const body = one ?? setBodyOf(wish);
  const path = one ? "/api/icons/generate" : "/api/icons/generate/batch";
  const file = `${fileNameOf(wish)}.${wish.format}`;
  const typescript = `import { Fovea } from "@fovea/client";

const fovea = ${service.typescript}
${
  one
    ? `const icon = await fovea.icons.generate(${JSON.stringify(body, null, 2)});
await (await fovea.icons.download(icon.image_url)).save(${JSON.stringify(file)});`
    : `const { batch_id } = await fovea.icons.batches.create(${JSON.stringify(body, null, 2)});
const { successful, failed } = await fovea.icons.batches.wait(batch_id);
console.log(successful, "made,", failed, "failed");
await (await fovea.icons.batches.download(batch_id)).save("icons.zip");`
}`;
  const said = Object.entries(body)
    .map(([name, value]) => `    ${name}=${pythonLiteral(value)},\n`)
    .join("");
  const python = `from fovea import Fovea

client = ${service.python}
${
  one
    ? `icon = client.icons.generate(
${said})
client.icons.download(icon.image_url).save(${JSON.stringify(file)})`
    : `batch = client.icons.batches.create(
${said})
end = client.icons.batches.wait(batch.batch_id)
print(end.successful, "made,", end.failed, "failed")
client.icons.batches.download(batch.batch_id).save("icons.zip")`
}`;
  const curl = [
    'curl -sS -H "Content-Type: application/json" \\',
    ...(service.curlHeader === null ? [] : [`  ${service.curlHeader} \\`]),
    `  -d ${shellQuoted(JSON.stringify(body))} \\`,
    `  ${shellQuoted(`${service.url}${path}`)}`,
  ].join("\n");
  return [
    { label: "curl", code: curl },
    { label: "TypeScript", code: typescript },
    { label: "Python", code: python },
  ];
}

const fileNameOf = ({ categories: [first = "icon"] }: IconWish) =>
  first
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "") || "icon";
