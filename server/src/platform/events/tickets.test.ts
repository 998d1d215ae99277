import { EncryptJWT, SignJWT } from "jose";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { describeWith } from "../../../test/needs.ts";
import { startRedis } from "../../../test/redis.ts";
import { openRedis } from "../../redis.ts";
import { identified } from "../auth/identity.ts";
import { createTickets, type TicketsOptions } from "./tickets.ts";

const secret = Buffer.alloc(32, 7);
const holder = {
  identity: identified({ method: "hs256", owner: "ann@site.example", subject: "Ann", roles: [] }),
  expiresAt: 1_800_000_000_000,
};

function setup(changes: Partial<TicketsOptions> = {}) {
  let now = new Date("2026-11-21T12:00:00Z");
  const tickets = createTickets({ secrets: [secret], redis: null, now: () => now, ...changes });
  return {
    tickets,
    wait(seconds: number) {
      now = new Date(now.getTime() + seconds * 1000);
    },
  };
}

test("a ticket stands for its holder once, for a minute, and shows nobody who that is", async () => {
  const { tickets, wait } = setup();
  const [one, two, three] = await Promise.all([1, 2, 3].map(() => tickets.issue(holder)));
  if (!one || !two || !three) throw new Error("no tickets");
  const readable = one
    .split(".")
    .map((part) => Buffer.from(part, "base64url").toString("latin1"))
    .join();
  expect(readable).not.toMatch(/ann/i);
  expect(await tickets.redeem(one)).toEqual(holder);
  expect(await tickets.redeem(one)).toBeNull();
  wait(59);
  expect(await tickets.redeem(two)).toEqual(holder);
  wait(1);
  expect(await tickets.redeem(three)).toBeNull();
  expect(await tickets.redeem(two)).toBeNull();
});

test("what another service, another use or nobody made is refused", async () => {
  const { tickets } = setup();
  const ticket = await tickets.issue(holder);
  const signed = new SignJWT({}).setAudience("fovea:events").setExpirationTime("1h");
  const encrypted = new EncryptJWT({}).setAudience("another use").setExpirationTime("1h");
  for (const forged of [
    "",
    "x",
    "....",
    `${ticket}x`,
    ticket.replace(/(?<=\.\.[^.]*\.)./, (first) => (first === "A" ? "B" : "A")),
    await setup({ secrets: [Buffer.alloc(32, 8)] }).tickets.issue(holder),
    await signed.setProtectedHeader({ alg: "HS256" }).sign(secret),
    await encrypted.setProtectedHeader({ alg: "dir", enc: "A256GCM" }).encrypt(secret),
  ]) {
    expect(await tickets.redeem(forged), forged).toBeNull();
  }
});

describeWith("redis-server", "tickets of several processes", ({ path }) => {
  test("one takes what another gave, and all together once; without Redis it still opens", async () => {
    const server = await startRedis(path);
    const redis = openRedis(server.url, pino({ level: "silent" }));
    if (!redis) throw new Error("no Redis");
    onTestFinished(() => redis.disconnect());
    await new Promise((resolve) => redis.once("ready", resolve));
    const [one, other] = [setup({ redis }).tickets, setup({ redis }).tickets];
    const ticket = await one.issue(holder);
    expect(await other.redeem(ticket)).toEqual(holder);
    expect(await one.redeem(ticket)).toBeNull();
    const another = await one.issue(holder);
    await server.kill();
    expect(await other.redeem(another)).toEqual(holder);
    expect(await other.redeem(another)).toBeNull();
  });
});
