import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyPluginAsync } from "fastify";
import { setDefaultAccess } from "../../platform/auth/access.ts";
import type { ShowPage } from "../../platform/auth/show-page.ts";
import { escapeHtml } from "../../platform/html.ts";
import { applicationPath } from "../../platform/http/app-page.ts";

interface DashboardOptions {
  readonly version: string;
  /** Empty, or the prefix of every path. */
  readonly basePath: string;
  /** Where the built application is; null where it was not built. */
  readonly folder: string | null;
  readonly showPage: ShowPage;
  /** What the first page is without scripts: HTML. */
  readonly plainHome: string;
}

/** Pages that are nothing without scripts, by their titles. */
const applicationPages = {
  "/prepare": "Prepare",
  "/media": "Media",
  "/icons": "Icons",
  "/catalog": "Catalog",
  "/system/status": "Status",
  "/admin": "Administration",
} as const;

/** The pages of the dashboard, and the files that they are made of. */
export const dashboardRoutes: FastifyPluginAsync<DashboardOptions> = async (scope, options) => {
  const { version, basePath, folder, showPage, plainHome } = options;
  setDefaultAccess(scope, "open");

  scope.get("/", { schema: { hide: true } }, async (request, reply) =>
    /text\/html/i.test(request.headers.accept ?? "")
      ? await showPage(request, reply, { title: "Overview", body: `<h1>Fovea</h1>\n${plainHome}` })
      : { service: "fovea", version, docs: `${basePath}/docs`, openapi: `${basePath}/openapi.json` },
  );
  for (const [path, title] of Object.entries(applicationPages)) {
    const page = { title, body: `<h1>${title}</h1>\n${needsScripts(basePath)}` };
    scope.get(path, { schema: { hide: true } }, (request, reply) => showPage(request, reply, page));
  }
  if (folder !== null) await scope.register(applicationFiles, { folder });
};

const needsScripts = (
  basePath: string,
) => `<p>This page needs scripts, which this browser does not run, or which this service was started without. Everything on it can
be done by the <a href="${escapeHtml(`${basePath}/docs/`)}">API</a> too.</p>
<p><a href="${escapeHtml(`${basePath}/`)}">Overview</a></p>`;

/** What Vite has written. Most names hold a hash of what is in them, so that no browser asks twice. */
const applicationFiles: FastifyPluginAsync<{ readonly folder: string }> = async (scope, { folder }) => {
  setDefaultAccess(scope, "public");
  await scope.register(fastifyStatic, {
    root: folder,
    prefix: applicationPath,
    index: false,
    // The frame of a page is nothing without what the service puts into it.
    allowedPath: (path) => path !== "/index.html" && !path.endsWith(".gz"),
    dotfiles: "ignore",
    preCompressed: true,
    cacheControl: false,
    schemaHide: true,
    setHeaders(reply, path) {
      const lasting = path.startsWith(join(folder, "assets"));
      reply.header("cache-control", lasting ? "public, max-age=31536000, immutable" : "public, max-age=3600");
    },
  });
};
