import { expect, test } from "vitest";
import { ADMIN_ROLE } from "../src/platform/auth/identity.ts";
import { CLIENT, startDirectory, TENANT } from "../src/platform/auth/testing/directory.ts";
import { expectedAccess, routeGroups } from "./access-tables.ts";
import { leaveToSoak } from "./needs.ts";
import { localToken, startApp, type World } from "./world.ts";

const apiKey = "the-api-key-of-this-test";

/** What a client may send, by the name of its column. */
async function credentials(
  { app, config, token }: World,
  directory: Awaited<ReturnType<typeof startDirectory>>,
) {
  const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
  const signedIn = await app.http.inject({
    method: "POST",
    url: "/sign-in",
    headers: { "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" },
    payload: `credential=${encodeURIComponent(token)}`,
  });
  const [cookie = ""] = [signedIn.headers["set-cookie"]].flat();
  return {
    none: {},
    garbage: bearer("garbage"),
    expired: bearer(await localToken(config, { issuedHoursAgo: 2 })),
    hs256: bearer(token),
    admin: bearer(await localToken(config, { admin: true })),
    dev: bearer("test-token"),
    key: { "x-api-key": apiKey },
    badkey: { "x-api-key": "another" },
    entra: bearer(await directory.token()),
    other: bearer(await directory.token({ aud: "another" })),
    eadmin: bearer(await directory.token({ roles: [ADMIN_ROLE] })),
    "admin-token": bearer("the-admin-token-of-this-test"),
    "metrics-token": bearer("the-metrics-token-of-this-test"),
    session: { cookie: cookie.split(";")[0] ?? "" },
    browser: { accept: "text/html,*/*;q=0.8" },
  };
}

/** A real address of a route with a wildcard. */
const addressOf = (path: string) => path.replace(/^\*$/, "/").replace("*", "index.css");

async function outcome({ app }: World, method: string, path: string, headers: Record<string, string>) {
  const answer = await app.http.inject({
    method: method as "GET",
    url: addressOf(path),
    // So that a form or a session is not refused for where it comes from.
    headers: { "sec-fetch-site": "same-origin", ...headers },
  });
  if (answer.statusCode === 303 && String(answer.headers.location).startsWith("/sign-in?")) return "page";
  const refused = ["authentication_required", "permission_denied", "auth_unavailable"];
  return refused.includes(String(answer.headers["x-error-code"])) ? String(answer.statusCode) : "ok";
}

/** A HEAD is handled as its GET is, with the same settings of the route; these tell apart all groups of them. */
const forHead = new Set(["none", "hs256", "admin", "entra", "eadmin", "metrics-token"]);

/** One row for each group, as long as its routes agree; a route that does not, or has no group, has one of its own. */
async function accessTable(world: World, sent: Record<string, Record<string, string>>): Promise<string> {
  const rows = new Map<string, string[]>();
  // Behind the others, whose cells are all filled.
  const routes = world.app.routes.toSorted(
    (a, b) => Number(a.method === "HEAD") - Number(b.method === "HEAD"),
  );
  for (const { method, path } of routes) {
    const route = `${method} ${path}`;
    const cells: string[] = [];
    for (const [name, headers] of Object.entries(sent))
      cells.push(method === "HEAD" && !forHead.has(name) ? "" : await outcome(world, method, path, headers));
    // No browser opens an address with anything but GET.
    if (method !== "GET") cells[cells.length - 1] = "";
    const group = groupOf(route);
    const known = rows.get(group);
    if (known === undefined) rows.set(group, cells);
    else if (known.some((cell, index) => cell !== cells[index] && cells[index] !== ""))
      rows.set(route, cells);
  }
  const table = [["", ...Object.keys(sent)], ...[...rows].map(([name, cells]) => [name, ...cells]).sort()];
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join(" ")
        .trimEnd(),
    )
    .join("\n");
}

const groupOf = (route: string) =>
  Object.entries(routeGroups).find(([, routes]) => routes.includes(route.replace("HEAD ", "GET ")))?.[0] ??
  route;

/** The table of access levels has every configuration (platform/auth/access-table.test.ts); these are for the routes. */
const ordinary = new Set(["AUTH=contract in development on loopback", "AUTH=all"]);
const tables = Object.entries(expectedAccess);

const letThrough = (some: typeof tables) =>
  test.each(some)(
    "every route lets through and refuses what it should: %s",
    async (_name, { environment, entra, table }) => {
      const directory = await startDirectory(Date.now);
      const azure = {
        AZURE_TENANT_ID: TENANT,
        AZURE_CLIENT_ID: CLIENT,
        AZURE_AUTHORITY: directory.authority,
      };
      const world = await startApp({ API_KEY: apiKey, ...environment, ...(entra ? azure : {}) });
      const found = await accessTable(world, await credentials(world, directory));
      await directory.close();
      expect(`\n${found}\n`).toBe(table);
    },
  );

letThrough(tables.filter(([name]) => ordinary.has(name)));
leaveToSoak("every route in every other configuration", () =>
  letThrough(tables.filter(([name]) => !ordinary.has(name))),
);
