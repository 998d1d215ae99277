import type { ResultFilters } from "../../src/features/analysis/result-filters.ts";
import { type MadeRow, madeHash, noFacts } from "./made-batch.ts";

const address = (number: number) => `https://images.example.com/${number}.jpg`;

/** Results with every outcome and with texts that tables find hard, stored over three days. */
export const hardRows: readonly MadeRow[] = [
  {
    url: address(1),
    cells: ["a-1", address(1), "first", "=1+1", "", "one", "uno"],
    facts: {
      store_image: true,
      text_content: 'OPEN\nDAILY "7–19"',
      store_name: "Äpfel & Birnen, Kontor",
      business_contact: "+49 30 1234",
      image_description: "Ein Laden: 東京 🍞 العربية",
    },
    at: "2025-11-01T00:00:00.000Z",
    tookMs: 1234,
    key: "key …ab12",
  },
  {
    url: address(2),
    cells: ["a-2", address(2), "", "-5", "x", "two", "dos"],
    facts: { store_image: false, store_name: "   ", business_contact: "", image_description: "@home\t=cmd" },
    at: "2025-11-01T11:59:59.999999Z",
    cacheHit: true,
  },
  {
    url: address(3),
    cells: ["a-3", address(3), "third", "", "", "", ""],
    failure: { code: "http_404", message: '=HYPERLINK("https://evil.example","The server knows nothing")' },
    at: "2025-11-01T12:00:00.000Z",
  },
  {
    url: address(4),
    cells: ["a-4", address(4), "a;=b", "\t=c", "\r\n-d", "four", "cuatro"],
    facts: { store_image: true, store_name: "a.b*(c)[d] 100% \\ $x^", text_content: "'quoted'" },
    at: "2025-11-01T12:00:30.500Z",
  },
  {
    url: "not an address",
    cells: ["a-5", "not an address", "", "", "", "", ""],
    failure: { code: "invalid_url", message: "No address: übel" },
    at: "2025-11-01T12:00:59.999Z",
  },
  {
    url: address(6),
    cells: ["a-6", address(6), "", "", "", "", ""],
    facts: { business_contact: "shop@example.com", text_content: "line one\r\nline two" },
    at: "2025-11-01T23:59:59.999900Z",
  },
  {
    url: address(7),
    cells: ["a-7", address(7), "", "", "", "", ""],
    facts: { store_name: "ABC", business_contact: "\t \n" },
    at: "2025-11-02T00:00:00.000Z",
  },
  {
    url: address(8),
    cells: ["a-8", address(8), "", "", "", "", ""],
    failure: { code: "http_5xx", message: "503" },
    at: "2025-11-02T21:29:59.000Z",
  },
  {
    url: address(9),
    cells: ["a-9", address(9), "", "", "", "", ""],
    facts: { store_image: null, store_name: "birnen", text_content: "" },
    at: "2025-11-02T21:30:00.000Z",
  },
  { url: address(10), cells: ["a-10", address(10), "", "", "", "", ""] },
  {
    url: address(11),
    cells: ["a-11", address(11), "", "", "", "", ""],
    failure: { code: "http_404", message: "gone" },
    at: "2025-11-03T08:00:00.000Z",
  },
];

/** The second column has the addresses; others are called like columns of an export, like each other, or not at all. */
export const hardColumns = ["sku", "image_url", "URL", "Success", "", "note", "note"];

/** What is told of each row that has a result, but for ids. */
export const factsOf = (rows: readonly MadeRow[], batchId: string) =>
  rows.flatMap((row, position) =>
    row.facts || row.failure
      ? [
          {
            ...{ url: row.url, success: row.facts !== undefined },
            ...noFacts,
            ...row.facts,
            error_type: row.failure?.code ?? null,
            error_message: row.failure?.message ?? null,
            processing_time_seconds: (row.tookMs ?? 12) / 1000,
            // Microseconds are stored, and milliseconds told.
            created_at: `${row.at?.slice(0, 23).replace(/Z$/, "")}Z`,
            ...{ batch_id: batchId, row: position + 1, cells: row.cells },
            api_key_used: row.key ?? null,
            cache_hit: row.cacheHit ?? false,
            gemini_model_used: row.facts ? "made" : null,
            content_hash: row.facts ? madeHash(position) : null,
            ...(row.facts && row.cacheHit
              ? { input_tokens: 0, output_tokens: 0, estimated_cost_usd: 0 }
              : { input_tokens: null, output_tokens: null, estimated_cost_usd: null }),
          },
        ]
      : [],
  );

/** Filters as somebody may ask for them, and whether a result is meant. */
interface FilterCase {
  readonly asked: Partial<Record<keyof ResultFilters, string>>;
  readonly means: (row: MadeRow) => boolean;
}

const stored = (row: MadeRow) => row.at ?? "";
const text = (value: unknown) => (typeof value === "string" ? value : "");
const from = (time: string) => (row: MadeRow) => stored(row) >= time;
const before = (time: string) => (row: MadeRow) => stored(row) < time;
const name = (row: MadeRow) => text(row.facts?.store_name);

export const filterCases: readonly FilterCase[] = [
  { asked: { success_only: "true" }, means: (row) => row.facts !== undefined },
  { asked: { failed_only: "1" }, means: (row) => row.failure !== undefined },
  { asked: { status: "success" }, means: (row) => row.facts !== undefined },
  { asked: { status: "failed" }, means: (row) => row.failure !== undefined },
  { asked: { success_only: "false", failed_only: "no", has_contact: "off" }, means: () => true },
  { asked: { success_only: "", start_date: "", end_date: "", store_name_filter: "" }, means: () => true },
  { asked: { error_type: "http_404" }, means: (row) => row.failure?.code === "http_404" },
  {
    asked: { error_type: " invalid_url, http_5xx ,nobody" },
    means: (row) => ["invalid_url", "http_5xx"].includes(row.failure?.code ?? ""),
  },
  { asked: { has_store_name: "yes" }, means: (row) => name(row).trim() !== "" },
  { asked: { has_contact: "TRUE" }, means: (row) => text(row.facts?.business_contact).trim() !== "" },
  { asked: { store_name_filter: "BIRNEN" }, means: (row) => /birnen/i.test(name(row)) },
  { asked: { store_name_filter: "äPFEL &" }, means: (row) => name(row).startsWith("Äpfel &") },
  { asked: { store_name_filter: "b*(c)[D] 100% \\ $X^" }, means: (row) => name(row).startsWith("a.b*") },
  { asked: { store_name_filter: "a.c" }, means: () => false },
  { asked: { search: "ONE\r\nLINE" }, means: (row) => text(row.facts?.text_content).includes("one\r\nline") },
  { asked: { search: "bÄCK" }, means: () => false },
  {
    asked: { search: "ÄPFEL" },
    means: (row) => Object.values(row.facts ?? {}).some((value) => /äpfel/i.test(text(value))),
  },
  // The names of an answer's members are none of its texts.
  { asked: { search: "store_name" }, means: () => false },
  { asked: { review: "none" }, means: () => true },
  { asked: { review: "reviewed" }, means: () => false },
  { asked: { start_date: "2025-11-02" }, means: from("2025-11-02T00:00:00") },
  { asked: { end_date: "2025-11-01" }, means: before("2025-11-02T00:00:00") },
  { asked: { start_date: "2025-11-01T12:00:00Z" }, means: from("2025-11-01T12:00:00") },
  { asked: { start_date: "2025-11-01t12:00:30.500" }, means: from("2025-11-01T12:00:30.5") },
  { asked: { end_date: "2025-11-01T12:00" }, means: before("2025-11-01T12:01:00") },
  { asked: { end_date: "2025-11-01T12:00:30" }, means: before("2025-11-01T12:00:31") },
  { asked: { end_date: "2025-11-01 12:00:30.499" }, means: before("2025-11-01T12:00:30.5") },
  { asked: { end_date: "2025-11-01T11:59:59.999Z" }, means: before("2025-11-01T12:00:00") },
  { asked: { start_date: "2025-11-02T23:30:00+02:00" }, means: from("2025-11-02T21:30:00") },
  // What is left of the `+` where nobody encoded it.
  { asked: { start_date: "2025-11-02T23:30:00 02:00" }, means: from("2025-11-02T21:30:00") },
  { asked: { end_date: "2025-11-02T16:00:00-0530" }, means: before("2025-11-02T21:30:01") },
  { asked: { start_date: "2025-11-03T08:00:00.001Z" }, means: () => false },
];

/** Asks for what succeeded and for what failed. */
export const contradicts = (asked: FilterCase["asked"]): boolean => {
  const yes = (value: string | undefined) => /^(true|1|yes|on)$/i.test(value ?? "");
  const succeeded = yes(asked.success_only) || asked.status === "success";
  return succeeded && (yes(asked.failed_only) || asked.status === "failed");
};
