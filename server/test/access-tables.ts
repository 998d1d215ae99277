/**
 * Every route of the app, in groups that are treated alike; a HEAD belongs to its GET. A route that is missing here
 * fails the test: what it asks for must have been thought of.
 */
export const routeGroups: Readonly<Record<string, readonly string[]>> = {
  probes: [
    "GET /health",
    "GET /api/v1/health",
    "GET /api/v1/health/live",
    "GET /api/v1/health/ready",
    "GET /samples/:name",
    "GET /health/live",
    "GET /health/ready",
    "GET /health/capabilities",
    // Signed by the provider that calls.
    "POST /api/v1/jobs/callbacks/:generation_id",
    // They ask for a credential when somebody connects: see the tests of sockets.
    "GET /socket.io/",
    "POST /socket.io/",
    "GET /ws",
  ],
  "sign-in": ["GET /sign-in", "POST /sign-in", "POST /sign-out"],
  preflight: ["OPTIONS *"],
  pages: [
    "GET /",
    "GET /prepare",
    "GET /media",
    "GET /icons",
    "GET /catalog",
    "GET /system/status",
    "GET /admin",
  ],
  docs: [
    "GET /openapi.json",
    "GET /docs",
    "GET /docs/json",
    "GET /docs/yaml",
    "GET /docs/static/*",
    "GET /docs/static/index.html",
    "GET /docs/static/swagger-initializer.js",
  ],
  prepare: [
    "GET /api/v1/providers",
    "GET /api/v1/models",
    "POST /api/v1/process",
    "POST /api/v1/validate",
    "POST /api/v1/analyze",
    "POST /api/v1/thumbnail",
  ],
  analysis: [
    "POST /api/v1/batches",
    "POST /api/v1/batches/estimate",
    "POST /api/v1/batches/preview",
    "GET /api/v1/batches",
    "GET /api/v1/batch/:batch_id",
    "GET /api/v1/batches/:batch_id",
    "DELETE /api/v1/batches/:batch_id",
    "GET /api/v1/batches/:batch_id/status",
    "GET /api/v1/batches/:batch_id/progress",
    "GET /api/v1/batches/:batch_id/chunks",
    "GET /api/v1/batches/:batch_id/jobs",
    "GET /api/v1/batches/:batch_id/results",
    "GET /api/v1/batches/:batch_id/health",
    "GET /api/v1/batches/:batch_id/analyze",
    "POST /api/v1/batches/:batch_id/start",
    "POST /api/v1/batches/:batch_id/pause",
    "POST /api/v1/batches/:batch_id/resume",
    "POST /api/v1/batches/:batch_id/cancel",
    "POST /api/v1/batches/:batch_id/force-start",
    "POST /api/v1/batches/:batch_id/clone",
    "POST /api/v1/batches/:batch_id/soft-delete",
    "POST /api/v1/batches/:batch_id/retry",
    "POST /api/v1/batches/:batch_id/results/:row/review",
    "POST /api/v1/batches/:batch_id/reviews",
    "GET /api/v1/batches/:batch_id/reviews",
    "GET /api/v1/failures",
    "GET /api/v1/batches/:batch_id/results/:row",
    "GET /api/v1/batches/:batch_id/results/:row/image",
    "GET /api/v1/export/batch/:batch_id",
    "GET /api/v1/export/batch/:batch_id/preview",
    "GET /api/v1/export/batch/:batch_id/summary",
    "POST /api/v1/export/batches/multiple",
    "POST /api/v1/export/filtered",
    "GET /api/v1/export/statistics",
    "GET /api/v1/export/formats",
    "GET /api/v1/export/template",
    "GET /export/batch/:batch_id",
    "GET /export/template",
    "GET /batch/:batch_id",
    "POST /upload",
    "GET /api/v1/system/stats",
    "GET /api/v1/ping",
    "GET /api/v1/setup",
  ],
  media: [
    "POST /api/v1/jobs/generate",
    "GET /api/v1/jobs/models",
    "GET /api/v1/jobs/status/:job_id",
    "GET /api/v1/jobs",
    "DELETE /api/v1/jobs/:job_id",
    // Also by a signed link, with no credential: see send-asset and the browser's test of it.
    "GET /api/v1/media/:media_id",
    "GET /api/v1/media/:media_id/info",
    "DELETE /api/v1/media/:media_id",
  ],
  "ask icons": [
    "POST /api/icons/generate",
    "POST /api/icons/generate/batch",
    "POST /api/icons/batch/:batch_id/cancel",
    "POST /api/icons/cache/clear",
  ],
  icons: [
    "GET /api/icons/batch/:batch_id/status",
    "GET /api/icons/batch/:batch_id/result",
    "GET /api/icons/batch/:batch_id/download",
    "GET /api/icons/batches",
    "GET /api/icons/cached",
    "GET /api/icons/stats",
    "GET /api/icons/categories/suggestions",
    // Also by a signed link, with no credential: see the tests of icons.
    "GET /api/images/*",
  ],
  "ask catalog": ["POST /api/v1/upload", "POST /api/v1/status/:request_id/cancel"],
  catalog: [
    "GET /api/v1/requests",
    "GET /api/v1/requests/:request_id",
    "GET /api/v1/status/:request_id",
    "GET /api/v1/status/:request_id/csv",
    "GET /api/v1/status/:request_id/images/:row/:image/before",
  ],
  // With AUTH=all of those who are let in only some may: see the tests of the catalog.
  "catalog webhook": ["POST /api/v1/webhook/configure"],
  // Also by a signed link, with no credential: see the tests of the catalog.
  "catalog images": ["GET /api/v1/images/processed/:file"],
  // Also by a ticket, with no credential: see the tests of streams.
  events: ["GET /api/v1/events"],
  tickets: ["POST /api/v1/events/tickets"],
  webhooks: [
    "GET /api/v1/webhooks/deliveries",
    "GET /api/v1/webhooks/deliveries/:id",
    "POST /api/v1/webhooks/deliveries/:id/redeliver",
    "POST /api/v1/webhooks/test",
  ],
  operator: [
    "GET /admin/queue/status",
    "POST /admin/queue/cleanup",
    "POST /admin/batch/:batch_id/reset",
    "GET /admin/quotas",
    "GET /admin/configuration",
    "GET /admin/processes",
    "POST /admin/quotas/restore",
    "POST /api/v1/setup/keys/test",
  ],
  stats: ["GET /api/v1/stats", "GET /api/v1/audit"],
  metrics: ["GET /metrics"],
};

interface Access {
  readonly environment: Readonly<Record<string, string>>;
  /** With the test's own identity service configured. */
  readonly entra: boolean;
  readonly table: string;
}

/**
 * What is sent × how the service is configured. A cell says what comes of it: `ok` is let through, `401` and `403` are
 * refused, `page` is sent to the sign-in page. Columns: `admin` and `eadmin` are tokens with the admin role, `other` is
 * an Entra token for another application, `browser` is a person without a credential who opens the address.
 */
export const expectedAccess: Readonly<Record<string, Access>> = {
  "AUTH=contract in development on loopback": {
    environment: {},
    entra: false,
    table: `
                none garbage expired hs256 admin dev key badkey entra other eadmin admin-token metrics-token session browser
analysis        ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
ask catalog     ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok
ask icons       401  401     401     ok    ok    ok  401 401    401   401   401    401         401           ok
catalog images  ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
catalog webhook 401  401     401     401   401   401 ok  403    401   401   401    401         401           401
catalog         ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
docs            ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
events          ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
icons           401  401     401     ok    ok    ok  401 401    401   401   401    401         401           ok      401
media           ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
metrics         ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
operator        ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
pages           ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
preflight       ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok
prepare         401  401     401     ok    ok    ok  401 401    401   401   401    401         401           ok      401
probes          ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
sign-in         ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
stats           401  401     401     403   ok    403 403 401    401   401   401    401         401           403     page
tickets         401  401     401     ok    ok    ok  ok  401    401   401   401    401         401           ok
webhooks        ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
`,
  },
  "AUTH=contract with Entra ID": {
    environment: {},
    entra: true,
    table: `
                none garbage expired hs256 admin dev key badkey entra other eadmin admin-token metrics-token session browser
analysis        ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
ask catalog     ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok
ask icons       401  401     401     ok    ok    ok  401 401    ok    401   ok     401         401           ok
catalog images  ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
catalog webhook 401  401     401     401   401   401 ok  403    ok    401   ok     401         401           401
catalog         ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
docs            ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
events          ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
icons           401  401     401     ok    ok    ok  401 401    ok    401   ok     401         401           ok      401
media           ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
metrics         ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
operator        ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
pages           ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
preflight       ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok
prepare         401  401     401     401   401   ok  401 401    ok    401   ok     401         401           401     401
probes          ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
sign-in         ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
stats           401  401     401     403   ok    403 403 401    403   401   ok     401         401           403     page
tickets         401  401     401     ok    ok    ok  ok  401    ok    401   ok     401         401           ok
webhooks        ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
`,
  },
  "AUTH=contract with Entra ID, in production off loopback": {
    environment: { AUTH: "contract", HOST: "0.0.0.0", ENVIRONMENT: "production" },
    entra: true,
    table: `
                none garbage expired hs256 admin dev key badkey entra other eadmin admin-token metrics-token session browser
analysis        ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
ask catalog     ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok
ask icons       401  401     401     ok    ok    401 401 401    ok    401   ok     401         401           ok
catalog images  ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
catalog webhook 401  401     401     401   401   401 ok  403    ok    401   ok     401         401           401
catalog         ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
docs            ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
events          ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
icons           401  401     401     ok    ok    401 401 401    ok    401   ok     401         401           ok      401
media           ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
metrics         401  401     401     403   ok    401 403 401    403   401   ok     401         401           403     page
operator        ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
pages           ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
preflight       ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok
prepare         401  401     401     401   401   401 401 401    ok    401   ok     401         401           401     401
probes          ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
sign-in         ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
stats           401  401     401     403   ok    401 403 401    403   401   ok     401         401           403     page
tickets         401  401     401     ok    ok    401 ok  401    ok    401   ok     401         401           ok
webhooks        ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
`,
  },
  "AUTH=contract with a token for the metrics": {
    environment: {
      METRICS_TOKEN: "the-metrics-token-of-this-test",
      ADMIN_TOKEN: "the-admin-token-of-this-test",
    },
    entra: false,
    table: `
                none garbage expired hs256 admin dev key badkey entra other eadmin admin-token metrics-token session browser
analysis        ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
ask catalog     ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok
ask icons       401  401     401     ok    ok    ok  401 401    401   401   401    401         401           ok
catalog images  ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
catalog webhook 401  401     401     401   401   401 ok  403    401   401   401    401         401           401
catalog         ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
docs            ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
events          ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
icons           401  401     401     ok    ok    ok  401 401    401   401   401    401         401           ok      401
media           ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
metrics         401  401     401     401   401   401 401 401    401   401   401    401         ok            401     401
operator        401  401     401     403   ok    403 403 401    401   401   401    ok          401           403     page
pages           ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
preflight       ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok
prepare         401  401     401     ok    ok    ok  401 401    401   401   401    401         401           ok      401
probes          ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
sign-in         ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
stats           401  401     401     403   ok    403 403 401    401   401   401    ok          401           403     page
tickets         401  401     401     ok    ok    ok  ok  401    401   401   401    ok          401           ok
webhooks        ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
`,
  },
  "AUTH=all": {
    environment: { AUTH: "all" },
    entra: false,
    table: `
                none garbage expired hs256 admin dev key badkey entra other eadmin admin-token metrics-token session browser
analysis        401  401     401     ok    ok    ok  ok  401    401   401   401    401         401           ok      page
ask catalog     401  401     401     ok    ok    ok  ok  401    401   401   401    401         401           ok
ask icons       401  401     401     ok    ok    ok  ok  401    401   401   401    401         401           ok
catalog images  401  401     401     ok    ok    ok  ok  401    401   401   401    401         401           ok      page
catalog webhook 401  401     401     403   ok    403 ok  401    401   401   401    401         401           403
catalog         401  401     401     ok    ok    ok  ok  401    401   401   401    401         401           ok      page
docs            401  401     401     ok    ok    ok  ok  401    401   401   401    401         401           ok      page
events          401  401     401     ok    ok    ok  ok  401    401   401   401    401         401           ok      page
icons           401  401     401     ok    ok    ok  ok  401    401   401   401    401         401           ok      page
media           401  401     401     ok    ok    ok  ok  401    401   401   401    401         401           ok      page
metrics         401  401     401     403   ok    403 403 401    401   401   401    401         401           403     page
operator        401  401     401     403   ok    403 403 401    401   401   401    401         401           403     page
pages           401  401     401     ok    ok    ok  ok  401    401   401   401    401         401           ok      page
preflight       ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok
prepare         401  401     401     ok    ok    ok  ok  401    401   401   401    401         401           ok      page
probes          ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
sign-in         ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
stats           401  401     401     403   ok    403 403 401    401   401   401    401         401           403     page
tickets         401  401     401     ok    ok    ok  ok  401    401   401   401    401         401           ok
webhooks        401  401     401     ok    ok    ok  ok  401    401   401   401    401         401           ok      page
`,
  },
  "AUTH=all with Entra ID, in production off loopback": {
    environment: { HOST: "0.0.0.0", ENVIRONMENT: "production" },
    entra: true,
    table: `
                none garbage expired hs256 admin dev key badkey entra other eadmin admin-token metrics-token session browser
analysis        401  401     401     ok    ok    401 ok  401    ok    401   ok     401         401           ok      page
ask catalog     401  401     401     ok    ok    401 ok  401    ok    401   ok     401         401           ok
ask icons       401  401     401     ok    ok    401 ok  401    ok    401   ok     401         401           ok
catalog images  401  401     401     ok    ok    401 ok  401    ok    401   ok     401         401           ok      page
catalog webhook 401  401     401     403   ok    401 ok  401    403   401   ok     401         401           403
catalog         401  401     401     ok    ok    401 ok  401    ok    401   ok     401         401           ok      page
docs            401  401     401     ok    ok    401 ok  401    ok    401   ok     401         401           ok      page
events          401  401     401     ok    ok    401 ok  401    ok    401   ok     401         401           ok      page
icons           401  401     401     ok    ok    401 ok  401    ok    401   ok     401         401           ok      page
media           401  401     401     ok    ok    401 ok  401    ok    401   ok     401         401           ok      page
metrics         401  401     401     403   ok    401 403 401    403   401   ok     401         401           403     page
operator        401  401     401     403   ok    401 403 401    403   401   ok     401         401           403     page
pages           401  401     401     ok    ok    401 ok  401    ok    401   ok     401         401           ok      page
preflight       ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok
prepare         401  401     401     ok    ok    401 ok  401    ok    401   ok     401         401           ok      page
probes          ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
sign-in         ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
stats           401  401     401     403   ok    401 403 401    403   401   ok     401         401           403     page
tickets         401  401     401     ok    ok    401 ok  401    ok    401   ok     401         401           ok
webhooks        401  401     401     ok    ok    401 ok  401    ok    401   ok     401         401           ok      page
`,
  },
  "AUTH=off": {
    environment: { AUTH: "off" },
    entra: true,
    table: `
                none garbage expired hs256 admin dev key badkey entra other eadmin admin-token metrics-token session browser
analysis        ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
ask catalog     ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok
ask icons       ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok
catalog images  ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
catalog webhook ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok
catalog         ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
docs            ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
events          ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
icons           ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
media           ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
metrics         ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
operator        ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
pages           ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
preflight       ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok
prepare         ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
probes          ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
sign-in         ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
stats           ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
tickets         401  401     401     ok    ok    ok  ok  401    ok    401   ok     401         401           ok
webhooks        ok   ok      ok      ok    ok    ok  ok  ok     ok    ok    ok     ok          ok            ok      ok
`,
  },
};
