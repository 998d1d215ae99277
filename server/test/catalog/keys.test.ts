import { expect, test } from "vitest";
import type { Answer } from "../analysis/client.ts";
import { type CatalogClient, csvOf, formOf, refused } from "./client.ts";
import { shareDatabase } from "./service.ts";

const start = shareDatabase();
const unknown = "/api/v1/status/uuid-string";

/** What is asked for at each of the routes, and what it is answered where it is let in. */
const routes = {
  upload: [(client: CatalogClient) => client.upload(formOf(csvOf(["A"]))), 200],
  status: [(client: CatalogClient) => client.get(unknown), 404],
  csv: [(client: CatalogClient) => client.get(`${unknown}/csv`), 404],
  cancel: [(client: CatalogClient) => client.send("POST", `${unknown}/cancel`), 404],
  configure: [
    (client: CatalogClient) =>
      client.configure({ webhook_url: "https://shop.example", events: ["processing.failed"] }),
    200,
  ],
} as const;

type Route = keyof typeof routes;
const everywhere = Object.keys(routes) as Route[];

/** Which of the routes let somebody in; the others refuse with this status, and these words. */
async function expectLetIn(
  client: CatalogClient,
  let_in: readonly Route[],
  refusal?: [status: number, says: RegExp],
) {
  for (const route of everywhere) {
    const [ask, status] = routes[route];
    const answer: Answer = await ask(client);
    if (let_in.includes(route)) expect([route, answer.status]).toEqual([route, status]);
    else
      expect([route, refused(answer, refusal?.[0] ?? 0)]).toEqual([
        route,
        expect.stringMatching(refusal?.[1] ?? ""),
      ]);
  }
}

const missing: [number, RegExp] = [401, /X-API-Key/];
const wrong: [number, RegExp] = [403, /^Invalid API Key$/];

test("without a key configured the documented commands need none", async () => {
  await expectLetIn((await start()).client, everywhere);
});

test("with API_KEY only who sets whom is told needs one, and any of several is one", async () => {
  const { client, as } = await start({ API_KEY: "first-key,second-key" });
  const others = ["upload", "status", "csv", "cancel"] as const;
  await expectLetIn(client, others, missing);
  await expectLetIn(as({ "x-api-key": "another" }), others, wrong);
  await expectLetIn(as({ "x-api-key": "first-key,second-key" }), others, wrong);
  for (const key of ["first-key", "second-key"]) await expectLetIn(as({ "x-api-key": key }), everywhere);
});

test("with REQUIRE_API_KEY_ALL every route needs it, but the pictures, which browsers open", async () => {
  const { client, as } = await start({ API_KEY: "the-key", REQUIRE_API_KEY_ALL: "true" });
  await expectLetIn(client, [], missing);
  await expectLetIn(as({ "x-api-key": "" }), [], missing);
  await expectLetIn(as({ "x-api-key": "the-ke" }), [], wrong);
  await expectLetIn(as({ "x-api-key": "the-key" }), everywhere);
  expect(refused(await client.get("/api/v1/images/processed/a.jpg"), 404)).toBe("Image not found");
});

test("with AUTH=all every route needs a credential: a token, or the key where there is one", async () => {
  const service = await start({ AUTH: "all", API_KEY: "the-key" });
  await expectLetIn(service.client, [], [401, /Authorization: Bearer/]);
  await expectLetIn(service.as({ "x-api-key": "another" }), [], [401, /./]);
  await expectLetIn(service.as({ authorization: "Bearer garbage" }), [], [401, /./]);
  await expectLetIn(service.as({ "x-api-key": "the-key" }), everywhere);
  const others = ["upload", "status", "csv", "cancel"] as const;
  const somebody = service.as(await service.bearer("somebody"));
  await expectLetIn(somebody, others, [403, /for the whole installation: send the API key/]);
  await expectLetIn(service.as(await service.bearer("operator", { admin: true })), everywhere);
});

test("with AUTH=off none is asked for, whatever is configured", async () => {
  const { client } = await start({ AUTH: "off", API_KEY: "the-key", REQUIRE_API_KEY_ALL: "true" });
  await expectLetIn(client, everywhere);
});
