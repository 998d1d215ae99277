import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { createLinks } from "../assets/links.ts";
import { identified } from "./auth/identity.ts";
import { createLocalTokens, signLocalToken } from "./auth/local-token.ts";
import { createSessions } from "./auth/session.ts";
import { authSettings, NOON } from "./auth/testing/settings.ts";
import { createTickets } from "./events/tickets.ts";
import { loadSecrets } from "./secrets.ts";

const me = identified({ method: "api_key", owner: "me", subject: "me", roles: [] });
const settings = authSettings({ apiKeys: ["key of me"] });

/** One process, with what it signs and whether it accepts what others have signed. */
function processWith(jwtSecretKey: string, jwtAcceptedSecretKey?: string) {
  const secrets = loadSecrets({
    ...{ dataDir: "/nowhere", jwtSecretKey, jwtAcceptedSecretKey, webhookSecret: "plain" },
  });
  const clock = () => NOON;
  const now = () => new Date(NOON);
  const tokens = createLocalTokens({ secrets: secrets.jwtSecrets, clock });
  const sessions = createSessions({ secrets: secrets.sessionSecrets, settings, clock });
  const tickets = createTickets({ secrets: secrets.ticketSecrets, redis: null, now });
  const links = createLinks({
    ...{ secrets: secrets.linkSecrets, signed: { media: true, icons: true, catalog: true } },
    ...{ lifeMs: 1000, basePath: "", publicBase: null, now },
  });
  const [secret] = secrets.jwtSecrets;
  return {
    async made() {
      return {
        token: await signLocalToken({ secret, subject: "me", admin: false, lifetimeSeconds: 60, now: NOON }),
        session: (await sessions.start({ identity: me, expiresAt: null }, "key of me")).value,
        ticket: await tickets.issue({ identity: me, expiresAt: null }),
        link: links.path({ id: randomUUID() }),
      };
    },
    async accepts({ token, session, ticket, link }: Awaited<ReturnType<typeof this.made>>) {
      return {
        token: (await tokens.verify(token)).state === "valid",
        session: (await sessions.verify(session)).state === "valid",
        ticket: (await tickets.redeem(ticket)) !== null,
        link: links.opens({ url: link }),
      };
    },
  };
}

const everything = { token: true, session: true, ticket: true, link: true };
const nothing = { token: false, session: false, ticket: false, link: false };

test("while a secret is exchanged, each process accepts what the others give out", async () => {
  const before = processWith("the old secret");
  const announced = processWith("the old secret", "the new secret");
  const changed = processWith("the new secret", "the old secret");
  const after = processWith("the new secret");
  // Of each two that run at the same time while one after the other is restarted with the next settings.
  for (const [one, other] of [
    [before, announced],
    [announced, changed],
    [changed, after],
  ] as const) {
    expect(await one.accepts(await other.made())).toEqual(everything);
    expect(await other.accepts(await one.made())).toEqual(everything);
  }
  expect(await after.accepts(await before.made())).toEqual(nothing);
  expect(await before.accepts(await after.made())).toEqual(nothing);
});

test("a session that began with a credential which was taken away ends under either secret", async () => {
  const { session } = await processWith("the old secret").made();
  const without = createSessions({
    secrets: loadSecrets({
      ...{ dataDir: "/nowhere", jwtSecretKey: "the new secret", webhookSecret: "plain" },
      jwtAcceptedSecretKey: "the old secret",
    }).sessionSecrets,
    settings: authSettings({ apiKeys: ["another key"] }),
    clock: () => NOON,
  });
  expect((await without.verify(session)).state).toBe("invalid");
});
