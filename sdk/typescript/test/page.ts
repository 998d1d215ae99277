import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Origin } from "../../../server/test/analysis/origin.ts";

/**
 * Serves a page that runs a compiled program of the project, with the client's files as npm has them: what a browser
 * does with `import` needs no bundler.
 *
 * @param service what the program is told in the address
 * @returns the page's address, of another site than the service: for a browser `localhost` is no `127.0.0.1`
 */
export function servePage(
  origin: Origin,
  project: string,
  { program, service }: { program: string; service: string },
): string {
  const serve = (path: string, type: string, content: string | Buffer) =>
    origin.serve(path, (response) => response.writeHead(200, { "content-type": type }).end(content));
  const client = join(project, "node_modules", "@fovea", "client", "dist");
  const modules = readdirSync(client, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".js"),
  );
  for (const name of modules) serve(`/client/${name}`, "text/javascript", readFileSync(join(client, name)));
  serve("/program.js", "text/javascript", readFileSync(join(project, "out", `${program}.js`)));
  const imports = JSON.stringify({ imports: { "@fovea/client": "/client/index.js" } });
  const page = serve(
    `/page?service=${encodeURIComponent(service)}`,
    "text/html",
    `<!doctype html><script type="importmap">${imports}</script><body></body><script type="module" src="/program.js"></script>`,
  );
  return page.replace("127.0.0.1", "localhost");
}
