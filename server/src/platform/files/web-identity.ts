import { OutboundError } from "../outbound/errors.ts";
import { createS3Agent } from "../outbound/s3-agent.ts";
import { assumeRole, type TemporaryCredentials, type WebIdentitySettings } from "./assume-role.ts";
import type { S3CredentialsSource } from "./credentials-source.ts";
import { storageUnavailable } from "./errors.ts";
import { S3Failure } from "./s3-failures.ts";
import { inThreeTries } from "./tries.ts";

/** As long before their end they are renewed, while the old ones still serve. The shortest session is 15 minutes. */
const earlyMs = 5 * 60_000;
/** After a renewal that failed, while the old ones still serve. */
const patienceMs = 30_000;

/** Credentials of a role, renewed before they expire, once for all who ask at the same time. */
export function createWebIdentity(settings: WebIdentitySettings): S3CredentialsSource {
  const { now = Date.now, retryBaseMs = 200 } = settings;
  const dispatcher = settings.dispatcher ?? createS3Agent();
  const closing = new AbortController();
  let held: TemporaryCredentials | null = null;
  let renewing: Promise<TemporaryCredentials> | null = null;
  let notBefore = 0;

  function renew(): Promise<TemporaryCredentials> {
    renewing ??= inThreeTries(
      () => assumeRole(dispatcher, settings, closing.signal),
      (error) => error instanceof S3Failure && error.transient,
      retryBaseMs,
      closing.signal,
    )
      .then(
        (fresh) => {
          held = fresh;
          return fresh;
        },
        (error: unknown) => {
          notBefore = now() + patienceMs;
          // Three tries are enough: who wanted to send a request must not begin three more of them.
          throw error instanceof S3Failure ? storageUnavailable(error.sentence, error) : error;
        },
      )
      .finally(() => {
        renewing = null;
      });
    return renewing;
  }

  return {
    async current() {
      const at = now();
      if (held === null || at >= held.expiresAt) return (await renew()).credentials;
      // Nobody waits for it, and its failure is told by the request that finds nothing else.
      if (at >= held.expiresAt - earlyMs && at >= notBefore) renew().catch(() => {});
      return held.credentials;
    },
    refused(credentials) {
      if (held?.credentials === credentials) held = null;
      return true;
    },
    async close() {
      closing.abort(new OutboundError("cancelled"));
      if (settings.dispatcher === undefined) await dispatcher.destroy();
    },
  };
}
