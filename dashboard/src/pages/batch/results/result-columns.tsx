import {
  columnSizingFeature,
  columnVisibilityFeature,
  createColumnHelper,
  tableFeatures,
} from "@tanstack/react-table";
import type { ReactNode } from "react";
import { dateTime, duration, money, count as written } from "../../../parts/format.ts";
import { Picture } from "../../../parts/picture.tsx";
import { type BatchResult, pictureOf } from "./batch-api.ts";
import classes from "./results.module.css";
import { VerdictBadge } from "./verdict-badge.tsx";

/** One line of the list; the result is undefined while it is fetched, and null where there is none yet. */
export interface Line {
  readonly place: number;
  readonly result: BatchResult | null | undefined;
}

export const resultFeatures = tableFeatures({ columnSizingFeature, columnVisibilityFeature });
const helper = createColumnHelper<typeof resultFeatures, Line>();

/** The five facts of the default question have names that people read. */
const factNames: Readonly<Record<string, string>> = {
  store_image: "Shows a store",
  store_name: "Store name",
  business_contact: "Contact",
  image_description: "Description",
  text_content: "Text in the picture",
};

export interface ColumnsOf {
  readonly batchId: string;
  /** Members of the answers, in their order. */
  readonly answers: readonly string[];
  /** Headers of the uploaded file; null where it had none. */
  readonly uploaded: readonly string[] | null;
}

export const defaultAnswers = Object.keys(factNames);
export const answerName = (key: string): string => factNames[key] ?? key;

/** The columns that a list may have. */
export function resultColumns({ batchId, answers, uploaded }: ColumnsOf) {
  const column = (id: string, header: string, size: number, cell: (result: BatchResult) => ReactNode) =>
    helper.display({
      id,
      header,
      size,
      cell: ({ row }) => (row.original.result ? cell(row.original.result) : null),
    });
  return helper.columns([
    column("row", "Row", 76, ({ row }) => written(row)),
    column("picture", "Picture", 76, ({ row, success }) =>
      success ? (
        <div className={classes["thumbnail"]}>
          <Picture
            src={pictureOf(batchId, row, 256)}
            alt={`Picture of row ${row}`}
            ratio={1}
            fit="cover"
            opaque
          />
        </div>
      ) : null,
    ),
    column("review", "Review", 116, ({ review }) => review && <VerdictBadge verdict={review.verdict} />),
    column("outcome", "Outcome", 150, ({ success, error_type }) =>
      success ? "Succeeded" : <Clipped>{error_type}</Clipped>,
    ),
    column("message", "What happened", 320, ({ error_message }) => <Clipped>{error_message}</Clipped>),
    ...answers.map((key) =>
      column(`answer:${key}`, answerName(key), key === "store_image" ? 120 : 220, ({ analysis_result }) => (
        <Clipped>{shown(analysis_result?.[key])}</Clipped>
      )),
    ),
    column("url", "Address", 320, ({ url }) => <Clipped>{url}</Clipped>),
    ...(uploaded ?? []).map((name, index) =>
      column(`cell:${index}`, `${name || `Column ${index + 1}`} (file)`, 180, ({ cells }) => (
        <Clipped>{cells[index]}</Clipped>
      )),
    ),
    column("model", "Model", 180, ({ gemini_model_used }) => <Clipped>{gemini_model_used}</Clipped>),
    column("tokens", "Tokens", 100, ({ input_tokens, output_tokens }) =>
      input_tokens === null ? null : written(input_tokens + (output_tokens ?? 0)),
    ),
    column("cost", "Cost", 100, ({ estimated_cost_usd }) =>
      estimated_cost_usd === null ? null : money(estimated_cost_usd),
    ),
    column("cached", "From cache", 110, ({ cache_hit }) => (cache_hit ? "yes" : "no")),
    column("took", "Took", 100, ({ processing_time_seconds }) => duration(processing_time_seconds)),
    column("stored", "Stored", 180, ({ created_at }) => dateTime(created_at)),
  ]);
}

/** Columns that are shown until somebody chooses others. */
export function usualColumns(failed: boolean, answers: readonly string[]): Readonly<Record<string, boolean>> {
  const hidden = ["model", "tokens", "cost", "cached", "took", "stored"];
  return Object.fromEntries([
    ...hidden.map((id) => [id, false]),
    ["picture", !failed],
    ["review", !failed],
    ["message", failed],
    ...answers.map((key, index) => [`answer:${key}`, !failed && index < 6 && key !== "store_image"]),
    ...Array.from({ length: 100 }, (_, index) => [`cell:${index}`, false]),
  ]);
}

/** A value of an answer as a person reads it. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** So long a text may come, and so much of it fits into a cell: the rest is in the drawer. */
const clip = 300;

const Clipped = ({ children }: { readonly children: string | null | undefined }) =>
  children ? (
    <div className={classes["clipped"]} title={children.slice(0, 1_000)}>
      {children.slice(0, clip)}
    </div>
  ) : null;
