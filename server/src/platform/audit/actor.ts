import type { FastifyRequest } from "fastify";
import { type Method, SERVICE_OWNER } from "../auth/identity.ts";

/** On whose behalf something was done. */
export interface AuditActor {
  /** Owner of the credential. Anybody may be called so: with `method` it says who it was. */
  readonly actor: string;
  /** How they showed who they are; `service` is nobody's credential. */
  readonly method: Method | "service";
  /** Of the client. */
  readonly address: string | null;
  readonly requestId: string | null;
}

export const actorOf = ({ identity, ip, id }: FastifyRequest): AuditActor => ({
  actor: identity.owner,
  method: identity.method,
  address: ip,
  requestId: id,
});

/** The service itself, for what nobody asked for at that moment: what is purged when its time is over. */
export const theService: AuditActor = Object.freeze({
  actor: SERVICE_OWNER,
  method: "service",
  address: null,
  requestId: null,
});
