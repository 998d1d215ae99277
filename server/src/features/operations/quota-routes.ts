import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { KeyUsage, Ledger } from "../../models/ledger/contract.ts";
import {
  type GroupStatus,
  type Quotas,
  type Suspicion,
  unlimitedPerMinute,
} from "../../models/quotas/contract.ts";
import type { Trail } from "../../platform/audit/trail.ts";
import { quotasQuery, quotasResponse, restoreRequest, restoreResponse } from "./quota-schema.ts";

export interface QuotaRoutesOptions {
  /** By the names of their providers. */
  readonly quotas: ReadonlyMap<string, Quotas>;
  /** Names of those that are shown before anything was asked of them. */
  readonly usual: ReadonlySet<string>;
  readonly ledger: Pick<Ledger, "keyUsage">;
  readonly warnings: (now: Date) => readonly string[];
  readonly trail: Pick<Trail, "note">;
  readonly now: () => Date;
}

const tags = ["operations"];
const config = { access: "operator" } as const;
const dayMs = 86_400_000;

/** How the keys of providers are doing, and a hand on them. */
export const quotaRoutes: FastifyPluginAsync<QuotaRoutesOptions> = async (scope, options) => {
  const { quotas, ledger, now } = options;
  const http = scope.withTypeProvider<ZodTypeProvider>();
  const answer = <Data>(data: Data) => ({ success: true as const, data, timestamp: now().toISOString() });

  http.get("/admin/quotas", {
    config,
    schema: {
      tags,
      operationId: "getQuotas",
      summary: "Quota groups and keys of the providers, masked, and what was asked with them",
      querystring: quotasQuery,
      response: { 200: quotasResponse },
    },
    handler: async ({ query: { days } }) => {
      const providers = await Promise.all(
        [...quotas].map(async ([provider, each]) => {
          const { asked, groups, suspicions } = await each.status();
          if (!asked && !options.usual.has(provider)) return [];
          return [{ provider, groups: groups.map(groupAnswer), suspicions: suspicions.map(suspicionAnswer) }];
        }),
      );
      const usage = await ledger.keyUsage(new Date(now().getTime() - (days - 1) * dayMs));
      return answer({
        providers: providers.flat(),
        usage: usage.map(usageAnswer),
        warnings: [...options.warnings(now())],
      });
    },
  });

  http.post("/admin/quotas/restore", {
    config,
    schema: {
      tags,
      operationId: "restoreKeys",
      summary: "Tries keys again that a provider had refused for good, and groups that it has parked",
      description:
        "After a key was unlocked again, or its account pays again or for more. A new key needs no such thing.",
      body: restoreRequest,
      response: { 200: restoreResponse },
    },
    handler: async (request) => {
      const { key_id: keyId, provider } = request.body;
      const keys: string[] = [];
      const unparked: { provider: string; group: string }[] = [];
      for (const [name, each] of quotas) {
        // What has its models apart is called by both: `gemini/gemini-3.5-flash-lite`.
        if (provider !== undefined && name !== provider && !name.startsWith(`${provider}/`)) continue;
        const restored = await each.restore(keyId);
        keys.push(...restored.keys);
        for (const group of restored.unparked) unparked.push({ provider: name, group });
      }
      if (keys.length + unparked.length > 0)
        await options.trail.note(request, "admin.restore_keys", null, { keys, unparked });
      return answer({ restored: keys, unparked });
    },
  });
};

const groupAnswer = ({ name, limits, factor, parked, usedToday, keys }: GroupStatus) => ({
  name,
  limits: {
    requests_per_minute: limits.requestsPerMinute === unlimitedPerMinute ? null : limits.requestsPerMinute,
    requests_per_day: limits.requestsPerDay,
    tokens_per_minute: limits.tokensPerMinute,
    concurrency: limits.concurrency,
  },
  share_in_use: factor,
  requests_today: usedToday,
  parked_until: parked?.waitUntil.toISOString() ?? null,
  parked_reason: parked?.reason ?? null,
  keys: keys.map(({ id, label, usable, lastError }) => ({
    key_id: id,
    label,
    usable,
    last_error: lastError && { reason: lastError.reason, at: lastError.at.toISOString() },
  })),
});

const suspicionAnswer = ({ groups: [one, other], times }: Suspicion) => ({
  groups: [one, other],
  times,
  message:
    `${one} and ${other} are always refused together: their keys probably belong to one project, which has its limits ` +
    "once. Put them into one group.",
});

const usageAnswer = (usage: KeyUsage) => ({
  day: usage.day,
  provider: usage.provider,
  group: usage.group,
  key_id: usage.keyId,
  label: usage.keyLabel,
  calls: usage.calls,
  input_tokens: usage.inputTokens,
  output_tokens: usage.outputTokens,
  estimated_cost_usd: usage.costMicros === null ? null : usage.costMicros / 1e6,
  unpriced_calls: usage.unpriced,
  possibly_paid_twice: usage.possiblyPaidTwice,
});
