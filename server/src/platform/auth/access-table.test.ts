import Fastify from "fastify";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AppError } from "../errors.ts";
import { ACCESS_LEVELS } from "./access.ts";
import { createAuthentication } from "./authenticate.ts";
import { addAuthentication } from "./hook.ts";
import { ADMIN_ROLE } from "./identity.ts";
import { signLocalToken } from "./local-token.ts";
import type { AuthSettings } from "./settings.ts";
import { type Directory, startDirectory } from "./testing/directory.ts";
import { authSettings, jwtSecret, NOON, sessionSecret } from "./testing/settings.ts";

// How to read the tables. A row is what was sent, a column the route's access level. A cell is the status, and for a
// 200 whom the service took the caller for:
//   anon = nobody   key = the API key   admin = the admin token   scraper = the metrics token   others by their name
const METHOD_OF: Readonly<Record<string, string>> = {
  anon: "anonymous",
  entra: "entra",
  hs256: "hs256",
  dev: "dev",
  key: "api_key",
  session: "session",
  admin: "admin_token",
  scraper: "metrics_token",
};

const everything = {
  devTokens: ["test-token"],
  apiKeys: ["first-api-key", "right-api-key"],
  adminToken: "right-admin-token",
} as const;

/** The configurations, each with its table. `entra: "directory"` stands for the test's own identity service. */
const tables: {
  name: string;
  settings: Omit<Partial<AuthSettings>, "entra"> & { entra?: "directory" };
  table: string;
}[] = [
  {
    name: "contract, without Entra ID, in development on loopback",
    settings: { ...everything, mode: "contract" },
    table: `
    sent                  public   open        bearer      jwt         apiKey   openOrKey   admin       operator    metrics
    none                  200-anon 200-anon    401         401         401      200-anon    401         401         200-anon
    empty bearer          200-anon 200-anon    401         401         401      200-anon    401         401         200-anon
    Basic                 200-anon 200-anon    401         401         401      200-anon    401         401         200-anon
    garbage               200-anon 200-anon    401         401         401      200-anon    401         401         200-anon
    entra                 200-anon 200-anon    401         401         401      200-anon    401         401         200-anon
    entra expired         200-anon 200-anon    401         401         401      200-anon    401         401         200-anon
    entra wrong audience  200-anon 200-anon    401         401         401      200-anon    401         401         200-anon
    entra admin           200-anon 200-anon    401         401         401      200-anon    401         401         200-anon
    hs256                 200-anon 200-hs256   200-hs256   200-hs256   401      200-hs256   403         403         200-hs256
    hs256 expired         200-anon 200-anon    401         401         401      200-anon    401         401         200-anon
    hs256 admin           200-anon 200-hs256   200-hs256   200-hs256   401      200-hs256   200-hs256   200-hs256   200-hs256
    alg none              200-anon 200-anon    401         401         401      200-anon    401         401         200-anon
    dev token             200-anon 200-dev     200-dev     200-dev     401      200-dev     403         403         200-dev
    wrong dev token       200-anon 200-anon    401         401         401      200-anon    401         401         200-anon
    api key               200-anon 200-key     401         401         200-key  200-key     403         403         200-key
    wrong api key         200-anon 200-anon    401         401         403      200-anon    401         401         200-anon
    admin token           200-anon 200-admin   401         401         401      200-admin   200-admin   200-admin   200-admin
    X-Admin-Token         200-anon 200-admin   401         401         401      200-admin   200-admin   200-admin   200-admin
    wrong X-Admin-Token   200-anon 200-anon    401         401         401      200-anon    401         401         200-anon
    metrics token         200-anon 200-anon    401         401         401      200-anon    401         401         200-anon
    session               200-anon 200-session 200-session 200-session 401      200-session 403         403         200-session
    session of an admin   200-anon 200-session 200-session 200-session 401      200-session 200-session 200-session 200-session
    tampered session      200-anon 200-anon    401         401         401      200-anon    401         401         200-anon
    session as bearer     200-anon 200-anon    401         401         401      200-anon    401         401         200-anon
    bearer as session     200-anon 200-anon    401         401         401      200-anon    401         401         200-anon
    `,
  },
  {
    name: "contract, with Entra ID, in development on loopback",
    settings: { ...everything, mode: "contract", entra: "directory" },
    table: `
    sent                  public   open        bearer      jwt         apiKey    openOrKey   admin       operator    metrics
    none                  200-anon 200-anon    401         401         401       200-anon    401         401         200-anon
    empty bearer          200-anon 200-anon    401         401         401       200-anon    401         401         200-anon
    Basic                 200-anon 200-anon    401         401         401       200-anon    401         401         200-anon
    garbage               200-anon 200-anon    401         401         401       200-anon    401         401         200-anon
    entra                 200-anon 200-entra   200-entra   200-entra   200-entra 200-entra   403         403         200-entra
    entra expired         200-anon 200-anon    401         401         401       200-anon    401         401         200-anon
    entra wrong audience  200-anon 200-anon    401         401         401       200-anon    401         401         200-anon
    entra admin           200-anon 200-entra   200-entra   200-entra   200-entra 200-entra   200-entra   200-entra   200-entra
    hs256                 200-anon 200-hs256   401         200-hs256   401       200-hs256   403         403         200-hs256
    hs256 expired         200-anon 200-anon    401         401         401       200-anon    401         401         200-anon
    hs256 admin           200-anon 200-hs256   401         200-hs256   401       200-hs256   200-hs256   200-hs256   200-hs256
    alg none              200-anon 200-anon    401         401         401       200-anon    401         401         200-anon
    dev token             200-anon 200-dev     200-dev     200-dev     401       200-dev     403         403         200-dev
    wrong dev token       200-anon 200-anon    401         401         401       200-anon    401         401         200-anon
    api key               200-anon 200-key     401         401         200-key   200-key     403         403         200-key
    wrong api key         200-anon 200-anon    401         401         403       200-anon    401         401         200-anon
    admin token           200-anon 200-admin   401         401         401       200-admin   200-admin   200-admin   200-admin
    X-Admin-Token         200-anon 200-admin   401         401         401       200-admin   200-admin   200-admin   200-admin
    wrong X-Admin-Token   200-anon 200-anon    401         401         401       200-anon    401         401         200-anon
    metrics token         200-anon 200-anon    401         401         401       200-anon    401         401         200-anon
    session               200-anon 200-session 401         200-session 401       200-session 403         403         200-session
    session of an admin   200-anon 200-session 401         200-session 401       200-session 200-session 200-session 200-session
    tampered session      200-anon 200-anon    401         401         401       200-anon    401         401         200-anon
    session as bearer     200-anon 200-anon    401         401         401       200-anon    401         401         200-anon
    bearer as session     200-anon 200-anon    401         401         401       200-anon    401         401         200-anon
    `,
  },
  {
    name: "contract, with Entra ID, in production off loopback, the API key required everywhere, a metrics token",
    settings: {
      ...everything,
      mode: "contract",
      entra: "directory",
      environment: "production",
      loopback: false,
      requireApiKeyAll: true,
      metricsToken: "right-metrics-token",
    },
    table: `
    sent                  public   open        bearer      jwt         apiKey    openOrKey   admin       operator    metrics
    none                  200-anon 200-anon    401         401         401       401         401         401         401
    empty bearer          200-anon 200-anon    401         401         401       401         401         401         401
    Basic                 200-anon 200-anon    401         401         401       401         401         401         401
    garbage               200-anon 200-anon    401         401         401       401         401         401         401
    entra                 200-anon 200-entra   200-entra   200-entra   200-entra 200-entra   403         403         401
    entra expired         200-anon 200-anon    401         401         401       401         401         401         401
    entra wrong audience  200-anon 200-anon    401         401         401       401         401         401         401
    entra admin           200-anon 200-entra   200-entra   200-entra   200-entra 200-entra   200-entra   200-entra   401
    hs256                 200-anon 200-hs256   401         200-hs256   401       401         403         403         401
    hs256 expired         200-anon 200-anon    401         401         401       401         401         401         401
    hs256 admin           200-anon 200-hs256   401         200-hs256   401       401         200-hs256   200-hs256   401
    alg none              200-anon 200-anon    401         401         401       401         401         401         401
    dev token             200-anon 200-anon    401         401         401       401         401         401         401
    wrong dev token       200-anon 200-anon    401         401         401       401         401         401         401
    api key               200-anon 200-key     401         401         200-key   200-key     403         403         401
    wrong api key         200-anon 200-anon    401         401         403       403         401         401         401
    admin token           200-anon 200-admin   401         401         401       401         200-admin   200-admin   401
    X-Admin-Token         200-anon 200-admin   401         401         401       401         200-admin   200-admin   401
    wrong X-Admin-Token   200-anon 200-anon    401         401         401       401         401         401         401
    metrics token         200-anon 200-anon    401         401         401       401         401         401         200-scraper
    session               200-anon 200-session 401         200-session 401       401         403         403         401
    session of an admin   200-anon 200-session 401         200-session 401       401         200-session 200-session 401
    tampered session      200-anon 200-anon    401         401         401       401         401         401         401
    session as bearer     200-anon 200-anon    401         401         401       401         401         401         401
    bearer as session     200-anon 200-anon    401         401         401       401         401         401         401
    `,
  },
  {
    name: "contract, with nothing optional configured, in production off loopback",
    settings: { mode: "contract", environment: "production", loopback: false },
    table: `
    sent                  public   open        bearer      jwt         apiKey      openOrKey   admin       operator    metrics
    none                  200-anon 200-anon    401         401         200-anon    200-anon    401         200-anon    401
    empty bearer          200-anon 200-anon    401         401         200-anon    200-anon    401         200-anon    401
    Basic                 200-anon 200-anon    401         401         200-anon    200-anon    401         200-anon    401
    garbage               200-anon 200-anon    401         401         200-anon    200-anon    401         200-anon    401
    entra                 200-anon 200-anon    401         401         200-anon    200-anon    401         200-anon    401
    entra expired         200-anon 200-anon    401         401         200-anon    200-anon    401         200-anon    401
    entra wrong audience  200-anon 200-anon    401         401         200-anon    200-anon    401         200-anon    401
    entra admin           200-anon 200-anon    401         401         200-anon    200-anon    401         200-anon    401
    hs256                 200-anon 200-hs256   200-hs256   200-hs256   200-hs256   200-hs256   403         200-hs256   403
    hs256 expired         200-anon 200-anon    401         401         200-anon    200-anon    401         200-anon    401
    hs256 admin           200-anon 200-hs256   200-hs256   200-hs256   200-hs256   200-hs256   200-hs256   200-hs256   200-hs256
    alg none              200-anon 200-anon    401         401         200-anon    200-anon    401         200-anon    401
    dev token             200-anon 200-anon    401         401         200-anon    200-anon    401         200-anon    401
    wrong dev token       200-anon 200-anon    401         401         200-anon    200-anon    401         200-anon    401
    api key               200-anon 200-anon    401         401         200-anon    200-anon    401         200-anon    401
    wrong api key         200-anon 200-anon    401         401         200-anon    200-anon    401         200-anon    401
    admin token           200-anon 200-anon    401         401         200-anon    200-anon    401         200-anon    401
    X-Admin-Token         200-anon 200-anon    401         401         200-anon    200-anon    401         200-anon    401
    wrong X-Admin-Token   200-anon 200-anon    401         401         200-anon    200-anon    401         200-anon    401
    metrics token         200-anon 200-anon    401         401         200-anon    200-anon    401         200-anon    401
    session               200-anon 200-session 200-session 200-session 200-session 200-session 403         200-session 403
    session of an admin   200-anon 200-session 200-session 200-session 200-session 200-session 200-session 200-session 200-session
    tampered session      200-anon 200-anon    401         401         200-anon    200-anon    401         200-anon    401
    session as bearer     200-anon 200-anon    401         401         200-anon    200-anon    401         200-anon    401
    bearer as session     200-anon 200-anon    401         401         200-anon    200-anon    401         200-anon    401
    `,
  },
  {
    name: "all, with Entra ID, in development",
    settings: { ...everything, mode: "all", entra: "directory" },
    table: `
    sent                  public   open        bearer      jwt         apiKey      openOrKey   admin       operator    metrics
    none                  200-anon 401         401         401         401         401         401         401         401
    empty bearer          200-anon 401         401         401         401         401         401         401         401
    Basic                 200-anon 401         401         401         401         401         401         401         401
    garbage               200-anon 401         401         401         401         401         401         401         401
    entra                 200-anon 200-entra   200-entra   200-entra   200-entra   200-entra   403         403         403
    entra expired         200-anon 401         401         401         401         401         401         401         401
    entra wrong audience  200-anon 401         401         401         401         401         401         401         401
    entra admin           200-anon 200-entra   200-entra   200-entra   200-entra   200-entra   200-entra   200-entra   200-entra
    hs256                 200-anon 200-hs256   200-hs256   200-hs256   200-hs256   200-hs256   403         403         403
    hs256 expired         200-anon 401         401         401         401         401         401         401         401
    hs256 admin           200-anon 200-hs256   200-hs256   200-hs256   200-hs256   200-hs256   200-hs256   200-hs256   200-hs256
    alg none              200-anon 401         401         401         401         401         401         401         401
    dev token             200-anon 200-dev     200-dev     200-dev     200-dev     200-dev     403         403         403
    wrong dev token       200-anon 401         401         401         401         401         401         401         401
    api key               200-anon 200-key     200-key     200-key     200-key     200-key     403         403         403
    wrong api key         200-anon 401         401         401         401         401         401         401         401
    admin token           200-anon 200-admin   200-admin   200-admin   200-admin   200-admin   200-admin   200-admin   200-admin
    X-Admin-Token         200-anon 200-admin   200-admin   200-admin   200-admin   200-admin   200-admin   200-admin   200-admin
    wrong X-Admin-Token   200-anon 401         401         401         401         401         401         401         401
    metrics token         200-anon 401         401         401         401         401         401         401         401
    session               200-anon 200-session 200-session 200-session 200-session 200-session 403         403         403
    session of an admin   200-anon 200-session 200-session 200-session 200-session 200-session 200-session 200-session 200-session
    tampered session      200-anon 401         401         401         401         401         401         401         401
    session as bearer     200-anon 401         401         401         401         401         401         401         401
    bearer as session     200-anon 401         401         401         401         401         401         401         401
    `,
  },
  {
    name: "all, without Entra ID, in production, with API keys and a metrics token only",
    settings: {
      mode: "all",
      environment: "production",
      loopback: false,
      devTokens: ["test-token"],
      apiKeys: ["right-api-key"],
      metricsToken: "right-metrics-token",
    },
    table: `
    sent                  public   open        bearer      jwt         apiKey      openOrKey   admin       operator    metrics
    none                  200-anon 401         401         401         401         401         401         401         401
    empty bearer          200-anon 401         401         401         401         401         401         401         401
    Basic                 200-anon 401         401         401         401         401         401         401         401
    garbage               200-anon 401         401         401         401         401         401         401         401
    entra                 200-anon 401         401         401         401         401         401         401         401
    entra expired         200-anon 401         401         401         401         401         401         401         401
    entra wrong audience  200-anon 401         401         401         401         401         401         401         401
    entra admin           200-anon 401         401         401         401         401         401         401         401
    hs256                 200-anon 200-hs256   200-hs256   200-hs256   200-hs256   200-hs256   403         403         401
    hs256 expired         200-anon 401         401         401         401         401         401         401         401
    hs256 admin           200-anon 200-hs256   200-hs256   200-hs256   200-hs256   200-hs256   200-hs256   200-hs256   401
    alg none              200-anon 401         401         401         401         401         401         401         401
    dev token             200-anon 401         401         401         401         401         401         401         401
    wrong dev token       200-anon 401         401         401         401         401         401         401         401
    api key               200-anon 200-key     200-key     200-key     200-key     200-key     403         403         401
    wrong api key         200-anon 401         401         401         401         401         401         401         401
    admin token           200-anon 401         401         401         401         401         401         401         401
    X-Admin-Token         200-anon 401         401         401         401         401         401         401         401
    wrong X-Admin-Token   200-anon 401         401         401         401         401         401         401         401
    metrics token         200-anon 401         401         401         401         401         401         401         200-scraper
    session               200-anon 200-session 200-session 200-session 200-session 200-session 403         403         401
    session of an admin   200-anon 200-session 200-session 200-session 200-session 200-session 200-session 200-session 401
    tampered session      200-anon 401         401         401         401         401         401         401         401
    session as bearer     200-anon 401         401         401         401         401         401         401         401
    bearer as session     200-anon 401         401         401         401         401         401         401         401
    `,
  },
  {
    name: "off, with everything configured, in production off loopback",
    settings: {
      ...everything,
      mode: "off",
      entra: "directory",
      environment: "production",
      loopback: false,
      requireApiKeyAll: true,
    },
    table: `
    sent                  public   open        bearer      jwt         apiKey      openOrKey   admin       operator    metrics
    none                  200-anon 200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon
    empty bearer          200-anon 200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon
    Basic                 200-anon 200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon
    garbage               200-anon 200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon
    entra                 200-anon 200-entra   200-entra   200-entra   200-entra   200-entra   200-entra   200-entra   200-entra
    entra expired         200-anon 200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon
    entra wrong audience  200-anon 200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon
    entra admin           200-anon 200-entra   200-entra   200-entra   200-entra   200-entra   200-entra   200-entra   200-entra
    hs256                 200-anon 200-hs256   200-hs256   200-hs256   200-hs256   200-hs256   200-hs256   200-hs256   200-hs256
    hs256 expired         200-anon 200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon
    hs256 admin           200-anon 200-hs256   200-hs256   200-hs256   200-hs256   200-hs256   200-hs256   200-hs256   200-hs256
    alg none              200-anon 200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon
    dev token             200-anon 200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon
    wrong dev token       200-anon 200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon
    api key               200-anon 200-key     200-key     200-key     200-key     200-key     200-key     200-key     200-key
    wrong api key         200-anon 200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon
    admin token           200-anon 200-admin   200-admin   200-admin   200-admin   200-admin   200-admin   200-admin   200-admin
    X-Admin-Token         200-anon 200-admin   200-admin   200-admin   200-admin   200-admin   200-admin   200-admin   200-admin
    wrong X-Admin-Token   200-anon 200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon
    metrics token         200-anon 200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon
    session               200-anon 200-session 200-session 200-session 200-session 200-session 200-session 200-session 200-session
    session of an admin   200-anon 200-session 200-session 200-session 200-session 200-session 200-session 200-session 200-session
    tampered session      200-anon 200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon
    session as bearer     200-anon 200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon
    bearer as session     200-anon 200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon    200-anon
    `,
  },
];

let directory: Directory;
let credentials: Record<string, Record<string, string>>;

beforeAll(async () => {
  directory = await startDirectory(() => NOON);
  credentials = await everyCredential();
});
afterAll(() => directory.close());

/** The request headers of every credential state, one of each. */
async function everyCredential(): Promise<Record<string, Record<string, string>>> {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const session = (value: string) => ({ cookie: `other=1; fovea_session=${value}; more=2` });
  const local = (admin: boolean, now = NOON) =>
    signLocalToken({ secret: jwtSecret, subject: "me", admin, lifetimeSeconds: 3600, now });
  const unsigned = [{ alg: "none" }, { sub: "me", exp: NOON / 1000 + 60, roles: [ADMIN_ROLE] }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  const mine = await sessionCookie([]);
  const [header = "", claims = "", signature = ""] = mine.split(".");
  const promoted = JSON.parse(Buffer.from(claims, "base64url").toString());
  promoted.roles = [ADMIN_ROLE];
  const tampered = `${header}.${Buffer.from(JSON.stringify(promoted)).toString("base64url")}.${signature}`;
  return {
    none: {},
    "empty bearer": { authorization: "Bearer " },
    Basic: { authorization: `Basic ${Buffer.from("test-token:right-api-key").toString("base64")}` },
    garbage: bearer("not.a.token"),
    entra: bearer(await directory.token()),
    "entra expired": bearer(await directory.token({ exp: NOON / 1000 - 61 })),
    "entra wrong audience": bearer(await directory.token({ aud: "00000003-0000-0000-c000-000000000000" })),
    "entra admin": bearer(await directory.token({ roles: [ADMIN_ROLE] })),
    hs256: bearer(await local(false)),
    "hs256 expired": bearer(await local(true, NOON - 3_661_000)),
    "hs256 admin": bearer(await local(true)),
    "alg none": bearer(`${unsigned}.`),
    "dev token": bearer("test-token"),
    "wrong dev token": bearer("invalid-token"),
    "api key": { "x-api-key": "right-api-key" },
    "wrong api key": { "x-api-key": "wrong-api-key" },
    "admin token": bearer("right-admin-token"),
    "X-Admin-Token": { "x-admin-token": "right-admin-token" },
    "wrong X-Admin-Token": { "x-admin-token": "wrong-admin-token" },
    "metrics token": bearer("right-metrics-token"),
    session: session(mine),
    "session of an admin": session(await sessionCookie([ADMIN_ROLE])),
    "tampered session": session(tampered),
    "session as bearer": bearer(await sessionCookie([ADMIN_ROLE])),
    "bearer as session": session(await local(true)),
  };
}

/** Signed here and not by the service: the table must not depend on signing in. */
const sessionCookie = (roles: string[]) =>
  new SignJWT({ name: "me", roles, via: "hs256", literal: "" })
    .setProtectedHeader({ alg: "HS256" })
    .setAudience("fovea:session")
    .setSubject("me")
    .setExpirationTime(NOON / 1000 + 600)
    .sign(sessionSecret);

async function serve(settings: (typeof tables)[number]["settings"]) {
  const { entra, ...rest } = settings;
  const http = Fastify();
  http.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof AppError)) throw error;
    return reply.code(error.status).headers(error.headers).send({ code: error.code, message: error.message });
  });
  const authentication = createAuthentication({
    settings: authSettings({ ...rest, entra: entra === undefined ? null : directory.entra }),
    sessionSecrets: [sessionSecret],
    clock: () => NOON,
    basePath: "",
  });
  addAuthentication(http, authentication);
  for (const access of ACCESS_LEVELS) {
    http.get(`/${access}`, { config: { access } }, async (request) => request.identity);
  }
  await http.ready();
  return http;
}

const parse = (table: string) => {
  const [head = "", ...rows] = table.trim().split("\n");
  const [, ...levels] = head.trim().split(/\s{1,}/);
  return rows.map((row) => {
    const cells = row.trim().split(/\s+/);
    const expected = cells.slice(-levels.length);
    return { sent: cells.slice(0, -levels.length).join(" "), expected, levels };
  });
};

describe.each(tables)("$name", ({ settings, table }) => {
  const rows = parse(table);

  test("the table names every level and every credential state", () => {
    expect(rows[0]?.levels).toEqual([...ACCESS_LEVELS]);
    expect(rows.map((row) => row.sent)).toEqual(Object.keys(credentials));
  });

  test.each(rows)("$sent", async ({ sent, expected, levels }) => {
    const http = await serve(settings);
    const answers = await Promise.all(
      levels.map((level) => http.inject({ url: `/${level}`, headers: credentials[sent] ?? {} })),
    );
    const found = answers.map((answer) =>
      answer.statusCode === 200 ? `200 as ${answer.json().method}` : String(answer.statusCode),
    );
    const wanted = expected.map((cell) => {
      const [status, who] = cell.split("-");
      return who === undefined ? cell : `${status} as ${METHOD_OF[who]}`;
    });
    expect(Object.fromEntries(levels.map((level, index) => [level, found[index]]))).toEqual(
      Object.fromEntries(levels.map((level, index) => [level, wanted[index]])),
    );

    for (const [index, answer] of answers.entries()) {
      if (answer.statusCode === 200) continue;
      const { code, message } = answer.json();
      expect(code).toBe(answer.statusCode === 401 ? "authentication_required" : "permission_denied");
      expect(answer.headers["www-authenticate"]).toBe(answer.statusCode === 401 ? "Bearer" : undefined);
      // What was sent never comes back.
      for (const header of Object.values(credentials[sent] ?? {})) {
        expect(message).not.toContain(header.split(" ").at(-1) || "nothing");
      }
      // A documented client takes an answer with one of these words for a leak.
      const asksForAnApiKey = ["apiKey", "openOrKey"].includes(levels[index] ?? "");
      if (!asksForAnApiKey) expect(message).not.toMatch(/secret|database|key/i);
    }
    await http.close();
  });
});

test("the metrics token is asked for where it is set, also when nothing else is", async () => {
  const http = await serve({ mode: "off", metricsToken: "right-metrics-token" });
  const status = async (headers: Record<string, string>) =>
    (await http.inject({ url: "/metrics", headers })).statusCode;
  expect(await status({})).toBe(401);
  expect(await status({ authorization: "Bearer wrong-metrics-token" })).toBe(401);
  expect(await status({ authorization: "bearer right-metrics-token" })).toBe(200);
  await http.close();
});
