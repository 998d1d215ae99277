import { Button, Menu } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { count, counted } from "../../../parts/format.ts";
import { exportOf } from "./batch-api.ts";
import type { ResultFilters } from "./results-view.ts";

const formats = [
  ["CSV", { format: "csv", bom: "true" }, "for spreadsheets; formulas are made safe"],
  ["Excel", { format: "xlsx" }, "with what was exported, and a summary"],
  ["JSON", { format: "json" }, "with everything that is known"],
  ["NDJSON", { format: "ndjson" }, "one result a line, for pipelines"],
] as const;

/** One export holds so many rows of a file. */
const partRows = 1_000_000;

export interface ExportMenuProps {
  readonly batchId: string;
  readonly filters: ResultFilters;
  /** Rows that match; null while it is not known. */
  readonly rows: number | null;
  /** Rows of the whole file. */
  readonly fileRows: number;
}

/** Exactly what is shown as a file: a plain link, so that the browser streams it. */
export function ExportMenu({ batchId, filters, rows, fileRows }: ExportMenuProps) {
  const parts = rows !== null && rows > partRows ? Math.ceil(fileRows / partRows) : 1;
  return (
    <Menu position="bottom-end" width={280} withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <Button
          size="xs"
          variant="default"
          disabled={rows === 0}
          leftSection={<IconDownload size={14} aria-hidden />}
          className="numbers"
        >
          {rows === null ? "Export" : `Export ${counted(rows, "row")}`}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {formats.flatMap(([name, query, about]) =>
          Array.from({ length: parts }, (_, index) => index + 1).map((number) => {
            const part = parts === 1 ? {} : { part: String(number) };
            const rowsOfPart = `, rows ${count((number - 1) * partRows + 1)} and on`;
            return (
              <Menu.Item
                key={`${name} ${number}`}
                component="a"
                href={exportOf(batchId, { ...query, ...part, ...filters })}
                download
              >
                {`${name}${parts === 1 ? "" : rowsOfPart}: ${about}`}
              </Menu.Item>
            );
          }),
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
