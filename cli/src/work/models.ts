import type { ModelFacts } from "@fovea/client";
import { listModels } from "../../../server/src/features/prepare/catalog-answers.ts";
import { modelSchema } from "../../../server/src/models/catalog.schema.ts";
import { loadCatalog } from "../../../server/src/models/catalog.ts";
import { fitSize, modelView } from "../../../server/src/models/vision-rules.ts";
import { connect } from "../connection.ts";
import type { Context } from "../context.ts";
import { type ExitCode, exitCodes, wrongUsage } from "../exit-codes.ts";
import { table } from "../terminal/table.ts";
import { count } from "../terminal/units.ts";
import { visible } from "../terminal/visible.ts";

export interface ModelsOptions {
  readonly provider?: string;
  /** Asks the service, whose operator may have changed the catalog. */
  readonly server?: boolean;
}

/** A photograph as telephones take them. */
const usual = { width: 4032, height: 3024 };

export async function models(context: Context, { provider, server }: ModelsOptions): Promise<ExitCode> {
  const { terminal, options, signal } = context;
  const all: { as_of: string; models: readonly ModelFacts[] } = server
    ? await (await connect(context)).models.list({ signal })
    : listModels(loadCatalog(), new Date());
  const listed = all.models.filter((model) => provider === undefined || model.provider === provider);
  if (listed.length === 0) {
    const known = [...new Set(all.models.map((model) => model.provider))].join(", ");
    throw wrongUsage(
      `--provider: there is no model of ${visible(String(provider))}; expected one of ${known}.`,
    );
  }
  if (options.json) {
    terminal.printJson({ as_of: all.as_of, models: listed });
    return exitCodes.ok;
  }
  const right = { align: "right" } as const;
  const columns = [
    { title: "model" },
    { title: "provider" },
    { title: `${usual.width}×${usual.height} becomes`, ...right },
    { title: "tokens", ...right },
    { title: "$ per million", ...right },
  ];
  const [head = "", ...lines] = table(columns, listed.map(rowOf));
  terminal.print(terminal.paint("bold", head));
  for (const line of lines) terminal.print(line);
  for (const { warning } of listed) if (warning) terminal.say(visible(warning));
  terminal.say(`As of ${all.as_of}. Tokens are estimates by the vendors' published rules.`);
  return exitCodes.ok;
}

function rowOf(facts: ModelFacts): string[] {
  const { warning: _, ...fields } = facts;
  const parsed = modelSchema.safeParse(fields);
  // A service of another release may know rules that this one does not.
  if (!parsed.success) return [visible(facts.id), visible(facts.provider), "", "", ""];
  const model = parsed.data;
  const { width, height } = fitSize(model, usual.width, usual.height);
  const { tokens } = modelView(model, width, height);
  return [
    visible(model.id),
    model.provider,
    `${width}×${height}`,
    tokens === null ? "" : count(tokens),
    model.input_price_usd_per_million === null ? "" : String(model.input_price_usd_per_million),
  ];
}
