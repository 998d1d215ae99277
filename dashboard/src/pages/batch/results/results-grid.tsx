import { Group, Skeleton, Text } from "@mantine/core";
import { count } from "../../../parts/format.ts";
import { Picture } from "../../../parts/picture.tsx";
import { type BatchResult, pictureOf } from "./batch-api.ts";
import { GridPart } from "./grid-part.tsx";
import { type Line, shown } from "./result-columns.tsx";
import classes from "./results.module.css";
import { lineId } from "./results-table.tsx";
import type { TallList } from "./use-tall-list.ts";
import { VerdictBadge } from "./verdict-badge.tsx";

/** With the gap below. */
export const tileLineHeight = 220;
/** A tile is at least so wide. */
export const tileWidth = 168;

export interface ResultsGridProps {
  readonly batchId: string;
  readonly list: TallList;
  readonly lines: ReadonlyMap<number, Line>;
  readonly perLine: number;
  /** Places of the whole list. */
  readonly places: number;
  readonly current: number | null;
  readonly whole: boolean;
  readonly onOpen: (row: number) => void;
}

/** Pictures side by side, several to a line. */
export function ResultsGrid(props: ResultsGridProps) {
  const { batchId, list, lines, perLine, places, current, whole, onOpen } = props;
  return (
    <GridPart role="rowgroup" className={classes["body"]} style={{ height: list.height, minWidth: 0 }}>
      {list.lines.map(({ index, top }) => (
        <GridPart
          key={index}
          role="row"
          aria-rowindex={index + 1}
          className={classes["tiles"]}
          style={{
            transform: `translateY(${top}px)`,
            gridTemplateColumns: `repeat(${perLine}, minmax(0, 1fr))`,
          }}
        >
          {Array.from({ length: Math.min(perLine, places - index * perLine) }, (_, column) => {
            const place = index * perLine + column;
            const result = lines.get(place)?.result;
            const row = result?.row ?? (whole ? place + 1 : null);
            return (
              <GridPart
                key={place}
                {...(row === null ? {} : { id: lineId(row) })}
                role="gridcell"
                aria-colindex={column + 1}
                aria-selected={row !== null && row === current}
                className={classes["tile"]}
                onClick={() => row !== null && onOpen(row)}
              >
                {result ? (
                  <Tile batchId={batchId} result={result} />
                ) : result === null ? (
                  <Text size="sm" c="dimmed">{`Row ${count(place + 1)} has no result yet`}</Text>
                ) : (
                  <Skeleton height="100%" />
                )}
              </GridPart>
            );
          })}
        </GridPart>
      ))}
    </GridPart>
  );
}

function Tile({ batchId, result }: { readonly batchId: string; readonly result: BatchResult }) {
  const { row, success, review, error_type, url } = result;
  const title = result.store_name ?? result.image_description ?? firstAnswer(result) ?? url;
  return (
    <>
      <div className={classes["tilePicture"]}>
        {success ? (
          <Picture src={pictureOf(batchId, row, 256)} alt={`Picture of row ${row}`} ratio={1.2} opaque />
        ) : (
          <Text size="sm" lineClamp={5} p="xs">
            {error_type}
            {": "}
            {result.error_message?.slice(0, 300)}
          </Text>
        )}
      </div>
      <Text size="sm" lineClamp={1} title={title.slice(0, 1_000)}>
        {title.slice(0, 200)}
      </Text>
      <Group gap={6} justify="space-between" wrap="nowrap">
        <Text size="xs" c="dimmed" className="numbers">
          {`Row ${count(row)}`}
        </Text>
        {review && <VerdictBadge verdict={review.verdict} />}
      </Group>
    </>
  );
}

const firstAnswer = ({ analysis_result }: BatchResult): string | null =>
  Object.values(analysis_result ?? {})
    .map(shown)
    .find((text) => text !== "") ?? null;
