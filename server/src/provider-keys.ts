import type { QuotaGroup, QuotaLimits } from "./models/quotas/contract.ts";
import type { DayReset } from "./models/quotas/day-reset.ts";
import { KeysUnreadable, parseKeys } from "./models/quotas/parse-keys.ts";
import { type Config, invalidConfiguration } from "./platform/config.ts";

/** What OpenAI and Replicate allow grows back all the time, so a day that is used up is tried again soon. */
export const growsBack: DayReset = (now) => new Date(now.getTime() + 60_000);

/** OpenAI has further addresses for regions, such as `eu.api.openai.com`. */
export const isOpenAi = ({ OPENAI_BASE_URL }: Config): boolean =>
  /(?:^|\.)api\.openai\.com$/.test(new URL(OPENAI_BASE_URL).hostname);

/** @throws {AppError} `invalid_configuration`, by the name of the setting */
export function groupsOf(
  setting: string,
  keys: readonly string[],
  limits: QuotaLimits,
): readonly QuotaGroup[] {
  try {
    return parseKeys(keys.join(",")).map((group) => ({ ...group, limits }));
  } catch (error) {
    if (error instanceof KeysUnreadable) throw invalidConfiguration([`${setting}: ${error.message}`]);
    throw error;
  }
}
