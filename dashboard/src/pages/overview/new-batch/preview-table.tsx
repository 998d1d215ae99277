import type { PreviewBatchData } from "@fovea/client";
import { ScrollArea, Table, Text } from "@mantine/core";
import { IconAlertTriangle, IconCopy, IconLink } from "@tabler/icons-react";
import classes from "./preview-table.module.css";

const shownRows = 8;
const shownColumns = 12;

/** The first rows as they will be read, with the column of addresses made visible. */
export function PreviewTable({ preview }: { readonly preview: PreviewBatchData }) {
  const { columns, rows, url_column, problems } = preview;
  const width = Math.max(columns?.length ?? 0, ...rows.map(({ cells }) => cells.length));
  const shown = columnsToShow(width, url_column.index);
  const sentences = new Map<string, string>(problems.map(({ code, sentence }) => [code, sentence]));
  return (
    <div>
      <ScrollArea type="auto" viewportProps={{ tabIndex: 0, role: "region", "aria-label": "First rows" }}>
        <Table withTableBorder withColumnBorders verticalSpacing={4} horizontalSpacing="xs" fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col" className={classes["row"]}>
                Row
              </Table.Th>
              {shown.map((index) => (
                <Table.Th
                  key={index}
                  scope="col"
                  className={index === url_column.index ? classes["address"] : classes["cell"]}
                >
                  {index === url_column.index && (
                    <IconLink size={14} role="img" aria-label="Addresses:" className={classes["mark"]} />
                  )}
                  {columns?.[index] || <span className={classes["unnamed"]}>Column {index + 1}</span>}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.slice(0, shownRows).map(({ row, cells, duplicate, problem }) => (
              <Table.Tr key={row}>
                <Table.Td className={classes["row"]}>{row}</Table.Td>
                {shown.map((index) => (
                  <Table.Td
                    key={index}
                    className={index === url_column.index ? classes["address"] : classes["cell"]}
                  >
                    {index === url_column.index && problem !== null && (
                      <IconAlertTriangle
                        size={14}
                        className={classes["mark"]}
                        role="img"
                        aria-label={sentences.get(problem) ?? "No address"}
                      />
                    )}
                    {index === url_column.index && duplicate && (
                      <IconCopy
                        size={14}
                        className={classes["mark"]}
                        role="img"
                        aria-label="The same address as in a row before"
                      />
                    )}
                    <span className={classes["text"]}>{cells[index]}</span>
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
      {shown.length < width && (
        <Text size="xs" c="dimmed" mt={4}>
          {shown.length} of {width} columns are shown. All are kept.
        </Text>
      )}
    </div>
  );
}

/** The first ones, and the one of addresses wherever it is. */
function columnsToShow(width: number, address: number): readonly number[] {
  const first = Array.from({ length: Math.min(width, shownColumns) }, (_, index) => index);
  return address < shownColumns ? first : [...first.slice(0, -1), address];
}
