import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type SearchSchemaInput,
} from "@tanstack/react-router";
import { NotFoundPage } from "./pages/not-found-page.tsx";
import { basePath } from "./service/base-path.ts";
import { PageError } from "./shell/page-error.tsx";
import { Shell } from "./shell/shell.tsx";

/** What stands after the `?`; a page reads of it what it knows, and says with which types. */
export type Search = Readonly<Record<string, unknown>>;
const anySearch = (search: Record<string, unknown> & SearchSchemaInput): Search => search;

const rootRoute = createRootRoute({ component: Shell, notFoundComponent: NotFoundPage });

/** Each page is loaded when it is first opened. */
const page = <Path extends string>(path: Path, load: () => Promise<Record<string, unknown>>, name: string) =>
  createRoute({
    getParentRoute: () => rootRoute,
    path,
    validateSearch: anySearch,
    // biome-ignore lint/suspicious/noExplicitAny: the module is named beside its export, and TypeScript checks neither
    component: lazyRouteComponent(load as () => Promise<any>, name),
  });

const routeTree = rootRoute.addChildren([
  page("/", () => import("./pages/overview/overview-page.tsx"), "OverviewPage"),
  page("/batch/$batchId", () => import("./pages/batch/batch-page.tsx"), "BatchPage"),
  page("/prepare", () => import("./pages/prepare/prepare-page.tsx"), "PreparePage"),
  page("/media", () => import("./pages/media/media-page.tsx"), "MediaPage"),
  page("/icons", () => import("./pages/icons/icons-page.tsx"), "IconsPage"),
  page("/catalog", () => import("./pages/catalog/catalog-page.tsx"), "CatalogPage"),
  page("/system/status", () => import("./pages/status/status-page.tsx"), "StatusPage"),
  page("/admin", () => import("./pages/admin/admin-page.tsx"), "AdminPage"),
]);

export const router = createRouter({
  routeTree,
  ...(basePath === "" ? {} : { basepath: basePath }),
  defaultPreload: "intent",
  scrollRestoration: true,
  defaultErrorComponent: PageError,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
