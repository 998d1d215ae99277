import { describe, expect, test } from "vitest";
import { describeWith } from "./needs.ts";
import { startRedis } from "./redis.ts";
import { localToken, startApp, type World } from "./world.ts";

const twoAnHour = { PREPARE_RATE_LIMIT: "2/hour" };

const ask = (
  { app }: World,
  options: { headers?: Record<string, string>; url?: string; from?: string } = {},
) =>
  app.http.inject({
    url: options.url ?? "/api/v1/providers",
    headers: options.headers ?? {},
    remoteAddress: options.from ?? "127.0.0.1",
  });

async function bearer({ config }: World, subject: string) {
  return { authorization: `Bearer ${await localToken(config, { subject })}` };
}

/** How many requests in a row are let in before one is refused; at most five are tried. */
async function letIn(send: () => ReturnType<typeof ask>): Promise<number> {
  for (let count = 0; count < 5; count += 1) {
    if ((await send()).statusCode === 429) return count;
  }
  return 5;
}

describe("without a configured limit", () => {
  test("nobody is limited, and nothing is said of limits", async () => {
    const world = await startApp();
    const headers = await bearer(world, "ann");
    for (let count = 0; count < 30; count += 1) {
      const answer = await ask(world, { headers });
      expect(answer.statusCode).toBe(200);
      expect(answer.headers).not.toHaveProperty("x-ratelimit-limit");
    }
  });

  test("RATE_LIMITS=off switches a configured one off", async () => {
    const world = await startApp({ ...twoAnHour, RATE_LIMITS: "off" });
    const headers = await bearer(world, "ann");
    expect(await letIn(() => ask(world, { headers }))).toBe(5);
  });
});

describe("PREPARE_RATE_LIMIT", () => {
  test("counts down in the headers, and then refuses in the words of the API", async () => {
    const world = await startApp(twoAnHour);
    const headers = { ...(await bearer(world, "ann")), "x-correlation-id": "c-1" };
    const [first, second, third] = [
      await ask(world, { headers }),
      await ask(world, { headers }),
      await ask(world, { headers }),
    ];
    const limits = (remaining: string) => ({
      "x-ratelimit-limit": "2",
      "x-ratelimit-remaining": remaining,
      "x-ratelimit-reset": expect.stringMatching(/^3(600|5\d\d)$/),
    });
    expect(first.statusCode).toBe(200);
    expect(first.headers).toMatchObject(limits("1"));
    expect(second.headers).toMatchObject(limits("0"));
    expect(third.statusCode).toBe(429);
    expect(third.headers).toMatchObject({
      ...limits("0"),
      "retry-after": expect.stringMatching(/^3(600|5\d\d)$/),
      "x-error-code": "rate_limit_exceeded",
      "x-request-id": "c-1",
      "access-control-expose-headers": expect.stringContaining("X-RateLimit-Reset"),
    });
    expect(third.json()).toMatchObject({
      success: false,
      error: "rate_limit_exceeded",
      message: "Rate limit exceeded: 2 per 1 hour",
      correlation_id: "c-1",
    });
  });

  test("counts all routes of the prepare API together, HEAD too", async () => {
    const world = await startApp(twoAnHour);
    const headers = await bearer(world, "ann");
    await ask(world, { headers });
    await world.app.http.inject({ method: "HEAD", url: "/api/v1/models", headers });
    const refused = await world.app.http.inject({ method: "POST", url: "/api/v1/process", headers });
    expect(refused.statusCode).toBe(429);
  });

  test("leaves other addresses alone", async () => {
    const world = await startApp(twoAnHour);
    for (const url of ["/openapi.json", "/health", "/nothing"]) {
      expect(await letIn(() => ask(world, { url }))).toBe(5);
    }
  });

  test("counts what comes in one window", async () => {
    const world = await startApp({ PREPARE_RATE_LIMIT: "1000/second" });
    const answer = await ask(world, { headers: await bearer(world, "ann") });
    expect(answer.headers).toMatchObject({ "x-ratelimit-limit": "1000", "x-ratelimit-reset": "1" });
  });
});

describe("who is counted", () => {
  test("a credential, wherever it calls from", async () => {
    const world = await startApp(twoAnHour);
    const headers = await bearer(world, "ann");
    await ask(world, { headers, from: "192.0.2.1" });
    await ask(world, { headers, from: "192.0.2.2" });
    expect((await ask(world, { headers, from: "192.0.2.3" })).statusCode).toBe(429);
  });

  test("each credential by itself, also from one address", async () => {
    const world = await startApp({ ...twoAnHour, DEV_TOKENS: "one" });
    for (const headers of [
      await bearer(world, "ann"),
      await bearer(world, "bob"),
      { authorization: "Bearer one" },
    ]) {
      expect(await letIn(() => ask(world, { headers }))).toBe(2);
    }
  });

  test("a person, not a token: a new token of the same owner brings nothing", async () => {
    const world = await startApp(twoAnHour);
    const fresh = async () => ({
      authorization: `Bearer ${await localToken(world.config, { subject: "ann", issuedHoursAgo: -0.001 })}`,
    });
    await ask(world, { headers: await bearer(world, "ann") });
    await ask(world, { headers: await bearer(world, "ann") });
    expect((await ask(world, { headers: await fresh() })).statusCode).toBe(429);
  });

  test("a refused credential is not: 401 comes before the limit", async () => {
    const world = await startApp(twoAnHour);
    for (let count = 0; count < 4; count += 1) expect((await ask(world)).statusCode).toBe(401);
  });

  test("without a credential the address", async () => {
    const world = await startApp({ ...twoAnHour, AUTH: "off" });
    expect(await letIn(() => ask(world, { from: "192.0.2.1" }))).toBe(2);
    expect(await letIn(() => ask(world, { from: "192.0.2.2" }))).toBe(2);
  });

  test("of IPv6 the /64 that a household or server has", async () => {
    const world = await startApp({ ...twoAnHour, AUTH: "off" });
    expect(await letIn(() => ask(world, { from: "2001:db8:1:2::1" }))).toBe(2);
    expect(await letIn(() => ask(world, { from: "2001:db8:1:2:aaaa:bbbb:cccc:dddd" }))).toBe(0);
    expect(await letIn(() => ask(world, { from: "2001:db8:1:3::1" }))).toBe(2);
  });

  test("of IPv4 in IPv6 clothes the address", async () => {
    const world = await startApp({ ...twoAnHour, AUTH: "off" });
    expect(await letIn(() => ask(world, { from: "::ffff:192.0.2.1" }))).toBe(2);
    expect(await letIn(() => ask(world, { from: "::ffff:192.0.2.2" }))).toBe(2);
  });
});

describe("behind a proxy", () => {
  const from = "10.1.2.3";
  const forwarded = (address: string) => ({ from, headers: { "x-forwarded-for": address } });

  test("that is trusted, the address it forwards counts", async () => {
    const world = await startApp({ ...twoAnHour, AUTH: "off", TRUST_PROXY: "10.0.0.0/8" });
    expect(await letIn(() => ask(world, forwarded("192.0.2.1")))).toBe(2);
    expect(await letIn(() => ask(world, forwarded("192.0.2.2")))).toBe(2);
  });

  test("an address that the client invented does not: the last one that is not a proxy's is counted", async () => {
    const world = await startApp({ ...twoAnHour, AUTH: "off", TRUST_PROXY: "10.0.0.0/8" });
    let invented = 0;
    const send = () => {
      invented += 1;
      return ask(world, forwarded(`198.51.100.${invented}, 192.0.2.1, 10.9.9.9`));
    };
    expect(await letIn(send)).toBe(2);
  });

  test("that is not trusted, only its own address counts", async () => {
    const world = await startApp({ ...twoAnHour, AUTH: "off", TRUST_PROXY: "172.16.0.0/12" });
    await ask(world, forwarded("192.0.2.1"));
    await ask(world, forwarded("192.0.2.2"));
    expect((await ask(world, forwarded("192.0.2.3"))).statusCode).toBe(429);
  });

  test("none is trusted unless TRUST_PROXY says so", async () => {
    const world = await startApp({ ...twoAnHour, AUTH: "off" });
    await ask(world, forwarded("192.0.2.1"));
    await ask(world, forwarded("192.0.2.2"));
    expect((await ask(world, forwarded("192.0.2.3"))).statusCode).toBe(429);
  });
});

describe("signing in on the page", () => {
  const signIn = (
    { app }: World,
    options: { credential?: string; from?: string; headers?: Record<string, string> } = {},
  ) =>
    app.http.inject({
      method: "POST",
      url: "/sign-in",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "sec-fetch-site": "same-origin",
        ...options.headers,
      },
      payload: new URLSearchParams({ credential: options.credential ?? "a guess" }).toString(),
      remoteAddress: options.from ?? "127.0.0.1",
    });
  const guarded = { AUTH: "all", API_KEY: "right-api-key" };

  test("is refused from the eleventh attempt within a minute, also with the right credential", async () => {
    const world = await startApp(guarded);
    for (let attempt = 0; attempt < 10; attempt += 1) expect((await signIn(world)).statusCode).toBe(401);
    const refused = await signIn(world, { credential: "right-api-key" });
    expect(refused.statusCode).toBe(429);
    expect(refused.headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": expect.stringContaining("default-src 'none'"),
      "x-error-code": "rate_limit_exceeded",
      "retry-after": expect.stringMatching(/^(60|5\d)$/),
      "x-ratelimit-limit": "10",
    });
    expect(refused.headers).not.toHaveProperty("set-cookie");
    expect(refused.body).toContain("<h1>429 Rate limit exceeded: 10 per 1 minute</h1>");
    expect(refused.body).toContain(`<p>Try again in ${refused.headers["retry-after"]} seconds.</p>`);
  });

  test("counts the address, whatever credential comes along, and each by itself", async () => {
    const world = await startApp({ ...guarded, SIGN_IN_RATE_LIMIT: "2/hour" });
    const headers = { "x-api-key": "right-api-key" };
    const statuses = [];
    for (const from of ["192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2"]) {
      statuses.push((await signIn(world, { from, headers })).statusCode);
    }
    expect(statuses).toEqual([401, 401, 429, 401]);
  });

  test("leaves the page itself, signing out and the APIs alone", async () => {
    const world = await startApp({ ...guarded, SIGN_IN_RATE_LIMIT: "1/hour" });
    await signIn(world);
    expect((await signIn(world)).statusCode).toBe(429);
    expect((await ask(world, { url: "/sign-in" })).statusCode).toBe(200);
    const headers = { "sec-fetch-site": "same-origin" };
    const left = await world.app.http.inject({ method: "POST", url: "/sign-out", headers });
    expect(left.statusCode).toBe(303);
    expect((await ask(world, { headers: await bearer(world, "ann") })).statusCode).toBe(200);
  });

  test("is refused in JSON to a program that asks for it", async () => {
    const world = await startApp({ ...guarded, SIGN_IN_RATE_LIMIT: "1/hour" });
    await signIn(world);
    const refused = await signIn(world, { headers: { accept: "application/json" } });
    expect(refused.statusCode).toBe(429);
    expect(refused.json()).toEqual({ detail: "Rate limit exceeded: 1 per 1 hour" });
  });

  test.each([{ SIGN_IN_RATE_LIMIT: "off" }, { RATE_LIMITS: "off" }])(
    "is not limited with %j",
    async (env) => {
      const world = await startApp({ ...guarded, ...env });
      for (let attempt = 0; attempt < 15; attempt += 1) expect((await signIn(world)).statusCode).toBe(401);
    },
  );
});

describeWith("redis-server", "limits shared through Redis", ({ path }) => {
  const withRedis = (url: string) => startApp({ ...twoAnHour, AUTH: "off", REDIS_URL: url });

  /** Waits until an app counts in Redis, which it does as soon as it is connected. */
  async function connected(world: World, client: string) {
    for (;;) {
      const answer = await ask(world, { from: client });
      if (answer.headers["x-ratelimit-reset"] !== "0") return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  test("two processes count one window", async () => {
    const redis = await startRedis(path);
    const [one, other] = [await withRedis(redis.url), await withRedis(redis.url)];
    await Promise.all([connected(one, "192.0.2.101"), connected(other, "192.0.2.102")]);
    const statuses = [];
    for (const world of [one, other, one, other]) {
      statuses.push((await ask(world, { from: "192.0.2.1" })).statusCode);
    }
    expect(statuses).toEqual([200, 200, 429, 429]);
  });

  test("without Redis requests are answered at once and uncounted, and it is told in the log", async () => {
    const redis = await startRedis(path);
    const world = await withRedis(redis.url);
    await connected(world, "192.0.2.101");
    await redis.kill();
    expect(await letIn(() => ask(world, { from: "192.0.2.1" }))).toBe(5);
    const warnings = () => world.log.filter(({ level }) => level === 40);
    while (warnings().length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(warnings()[0]).toMatchObject({ msg: "redis is out of reach; limits are not shared" });
  });

  test("a Redis that hangs holds no request up for long", async () => {
    const redis = await startRedis(path);
    const world = await withRedis(redis.url);
    await connected(world, "192.0.2.101");
    redis.freeze();
    expect((await ask(world, { from: "192.0.2.1" })).statusCode).toBe(200);
  });

  test("when Redis is back, requests are counted again", async () => {
    const redis = await startRedis(path);
    const world = await withRedis(redis.url);
    await connected(world, "192.0.2.101");
    await redis.kill();
    await ask(world, { from: "192.0.2.1" });
    await startRedis(path, redis.port);
    await connected(world, "192.0.2.102");
    expect(await letIn(() => ask(world, { from: "192.0.2.1" }))).toBe(2);
  });

  test("the service starts while Redis is away", async () => {
    const redis = await startRedis(path);
    await redis.kill();
    const world = await withRedis(redis.url);
    expect((await ask(world)).statusCode).toBe(200);
  });
});
