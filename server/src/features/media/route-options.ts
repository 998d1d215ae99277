import type { Assets } from "../../assets/assets.ts";
import type { Links } from "../../assets/links.ts";
import type { Trail } from "../../platform/audit/trail.ts";
import type { Ends } from "../../platform/ends.ts";
import type { Rate } from "../../platform/limits/inbound.ts";
import type { AnswersOptions } from "./answers.ts";
import type { CallbackOptions } from "./callbacks.ts";
import type { CancelOptions } from "./cancel-job.ts";
import type { CreateJobOptions } from "./create-job.ts";
import type { JobEvents } from "./job-events.ts";

export interface MediaRoutesOptions
  extends Omit<CreateJobOptions, "generations">,
    Omit<AnswersOptions, "generations" | "database" | "assets"> {
  readonly generations: CreateJobOptions["generations"] &
    AnswersOptions["generations"] &
    CancelOptions["generations"];
  readonly assets: Assets;
  readonly links: Links;
  readonly ends: Ends;
  readonly told: Pick<JobEvents, "created" | "ended">;
  /** Prefix of absolute addresses; null for the address that a request came to. */
  readonly publicBaseUrl: string | null;
  /** Where files are, as `media/{id}/info` says it. */
  readonly storage: { readonly provider: "local" | "s3"; readonly bucket: string | null };
  /** `public` where pictures are everybody's, `private` where reading them asks for a credential. */
  readonly cacheScope: "public" | "private";
  readonly trail: Trail;
  readonly callbacks: CallbackOptions;
  readonly rates: { readonly create: Rate | null; readonly status: Rate | null };
}

export const tags = ["media"];
