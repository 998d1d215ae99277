import { z } from "zod";
import { describe, flag, httpUrl, oneOf, secret, text, wholeNumber } from "./kinds.ts";

/** Where data and files are. */
export const storage = {
  DATABASE_URL: describe(
    z.url({ protocol: /^postgres(ql)?$/, error: "expected a postgres:// address" }).optional(),
    "Storage",
    "embedded database in `DATA_DIR`",
    "PostgreSQL 14 or newer, which several processes can share: `postgres://user:password@host:port/database`. See [database](database.md).",
  ),
  DATABASE_POOL_SIZE: describe(
    wholeNumber(2, 1000).default(10),
    "Storage",
    "`10`",
    "Connections of a process to PostgreSQL; one more listens.",
  ),
  DATABASE_LISTEN_URL: describe(
    z.url({ protocol: /^postgres(ql)?$/, error: "expected a postgres:// address" }).optional(),
    "Storage",
    "that of `DATABASE_URL`",
    "The same database, without the pooler in between: notifications do not pass one in transaction mode. See [PgBouncer](operations.md#pgbouncer).",
  ),
  DATABASE_MIGRATIONS: describe(
    oneOf(["apply", "wait"]).default("apply"),
    "Storage",
    "`apply`",
    "Who brings the schema up to date: this process, before it starts (`apply`; of several one does it and the others wait), or `npm run migrate`, for which it waits up to five minutes (`wait`).",
  ),
  IMAGE_STORAGE_PATH: describe(
    text.optional(),
    "Storage",
    "`files` in `DATA_DIR`",
    "Where files are stored: a folder, or `s3://bucket/prefix`. Processes that share a database share it.",
  ),
  IMAGE_STORAGE_PUBLIC_URL: describe(
    httpUrl.optional(),
    "Storage",
    "–",
    "Where the storage itself gives its files to everybody, such as a CDN: then pictures are linked there.",
  ),
  IMAGE_LINK_DAYS: describe(
    wholeNumber(1, 3_650).default(7),
    "Storage",
    "`7`",
    "How long a signed link to a picture opens at least. Links are signed where `AUTH` is `all`, and those to icons unless it is `off`.",
  ),
  AWS_REGION: describe(text.default("us-east-1"), "Storage", "`us-east-1`", "Region of the bucket."),
  AWS_ENDPOINT_URL_S3: describe(
    httpUrl.optional(),
    "Storage",
    "Amazon's, by `AWS_REGION`",
    "Server of the bucket, where it is not Amazon's.",
  ),
  AWS_S3_FORCE_PATH_STYLE: describe(
    flag.optional(),
    "Storage",
    "`on` with `AWS_ENDPOINT_URL_S3`",
    "Names the bucket in the path instead of the host.",
  ),
  AWS_ACCESS_KEY_ID: describe(text.optional(), "Storage", "–", "Key of the bucket.", secret),
  AWS_SECRET_ACCESS_KEY: describe(text.optional(), "Storage", "–", "Its secret.", secret),
  AWS_SESSION_TOKEN: describe(
    text.optional(),
    "Storage",
    "–",
    "Its session token, where it is a temporary one.",
    secret,
  ),
  AWS_ROLE_ARN: describe(
    text.optional(),
    "Storage",
    "–",
    "Role that is assumed with the token in `AWS_WEB_IDENTITY_TOKEN_FILE`, where there is no key.",
  ),
  AWS_WEB_IDENTITY_TOKEN_FILE: describe(
    text.optional(),
    "Storage",
    "–",
    "File of the token; Kubernetes renews it.",
  ),
  AWS_ROLE_SESSION_NAME: describe(
    text.default("fovea"),
    "Storage",
    "`fovea`",
    "How the session is called in records.",
  ),
  AWS_ENDPOINT_URL_STS: describe(
    httpUrl.optional(),
    "Storage",
    "Amazon's, by `AWS_REGION`",
    "Server that gives the role's credentials.",
  ),
} as const;
