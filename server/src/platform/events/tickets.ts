import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { EncryptJWT, errors, jwtDecrypt } from "jose";
import { z } from "zod";
import type { Identity } from "../auth/identity.ts";
import { type SecretKeys, withAnyKey } from "../secret-keys.ts";

export interface TicketsOptions {
  /** 32 bytes each, used for nothing else; the same in all processes. */
  readonly secrets: SecretKeys;
  /** Remembers across processes which were used; null where there is one process only. */
  readonly redis: Redis | null;
  readonly now: () => Date;
}

/** Whom a ticket stands for. */
export interface Holder {
  readonly identity: Identity;
  /** When the credential ends that it was given for: milliseconds since the epoch; null for one without an end. */
  readonly expiresAt: number | null;
}

export type Tickets = ReturnType<typeof createTickets>;

export const ticketSeconds = 60;
const audience = "fovea:events";
const encryption = { alg: "dir", enc: "A256GCM" } as const;

const claims = z.object({
  jti: z.string(),
  exp: z.number(),
  credentialExpiresAt: z.number().nullable(),
  identity: z.object({
    owner: z.string(),
    subject: z.string(),
    roles: z.array(z.string()),
    admin: z.boolean(),
    method: z.enum([
      "entra",
      "hs256",
      "dev",
      "api_key",
      "session",
      "admin_token",
      "metrics_token",
      "anonymous",
    ]),
    limitKey: z.string().nullable(),
  }),
});

/**
 * Tickets open one stream, within a minute: an address is no place for a credential, and a browser's `EventSource` has
 * no other. They are encrypted, because addresses are logged and who somebody is is nobody's business; so any process
 * can take a ticket that another one gave.
 */
export function createTickets({ secrets, redis, now }: TicketsOptions) {
  /** Those used here, until they would be too old anyway. */
  const used = new Map<string, number>();

  /** Whether it is the first use. Without Redis for a moment, each process knows of its own only. */
  async function use(id: string, until: number): Promise<boolean> {
    for (const [old, end] of used) {
      if (end > now().getTime()) break;
      used.delete(old);
    }
    if (used.has(id)) return false;
    used.set(id, until);
    if (redis === null) return true;
    const first = await redis
      .set(`fovea:ticket:${id}`, "used", "EX", ticketSeconds + 1, "NX")
      .catch(() => "OK");
    return first === "OK";
  }

  return {
    async issue({ identity, expiresAt }: Holder): Promise<string> {
      const seconds = Math.floor(now().getTime() / 1000);
      return await new EncryptJWT({ identity: { ...identity }, credentialExpiresAt: expiresAt })
        .setProtectedHeader(encryption)
        .setAudience(audience)
        .setJti(randomUUID())
        .setExpirationTime(seconds + ticketSeconds)
        .encrypt(secrets[0]);
    },

    /** Null for one that was used, is too old, or is none. */
    async redeem(ticket: string): Promise<Holder | null> {
      try {
        const { payload } = await withAnyKey(secrets, (key) =>
          jwtDecrypt(ticket, key, {
            ...{ audience, currentDate: now() },
            keyManagementAlgorithms: [encryption.alg],
            contentEncryptionAlgorithms: [encryption.enc],
          }),
        );
        const { jti, exp, identity, credentialExpiresAt } = claims.parse(payload);
        if (!(await use(jti, exp * 1000))) return null;
        return { identity, expiresAt: credentialExpiresAt };
      } catch (error) {
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
  };
}
