export const exportFormats = ["csv", "json", "xlsx", "ndjson"] as const;
export type ExportFormat = (typeof exportFormats)[number];

interface FormatFacts {
  readonly name: string;
  readonly description: string;
  readonly extension: string;
  readonly mimeType: string;
  /** Bytes of an average row: for estimates before anything is written. */
  readonly bytesPerRow: number;
}

/** Names and sizes of the first three are the document's. */
export const formatFacts: Readonly<Record<ExportFormat, FormatFacts>> = {
  csv: {
    name: "Comma Separated Values",
    description: "Standard CSV format for spreadsheet applications",
    extension: ".csv",
    mimeType: "text/csv",
    bytesPerRow: 2_000,
  },
  json: {
    name: "JavaScript Object Notation",
    description: "JSON format for API integrations",
    extension: ".json",
    mimeType: "application/json",
    bytesPerRow: 4_000,
  },
  xlsx: {
    name: "Microsoft Excel",
    description: "Excel format with multiple sheets",
    extension: ".xlsx",
    mimeType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    bytesPerRow: 1_500,
  },
  ndjson: {
    name: "Newline Delimited JSON",
    description: "One JSON object a line, for data pipelines",
    extension: ".ndjson",
    mimeType: "application/x-ndjson",
    bytesPerRow: 4_000,
  },
};
