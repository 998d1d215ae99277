import { NotFoundError } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { Button, CopyButton, Drawer, Group, Skeleton, Stack, Text } from "@mantine/core";
import { IconChevronLeft, IconChevronRight, IconCopy, IconRefresh } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { ErrorNotice } from "../../../parts/error-notice.tsx";
import { count } from "../../../parts/format.ts";
import { Picture } from "../../../parts/picture.tsx";
import { batchApi, pictureOf, rowKey } from "./batch-api.ts";
import { ResultFacts } from "./result-facts.tsx";
import classes from "./results.module.css";
import { type NoteDraft, ReviewPanel } from "./review-panel.tsx";
import { reviewKeysHere } from "./use-result-keys.ts";
import type { Retry } from "./use-retry.ts";
import type { Reviewer } from "./use-review.ts";

export interface ResultDrawerProps {
  readonly batchId: string;
  /** Null where none is open. */
  readonly row: number | null;
  readonly columns: readonly string[] | null;
  readonly reviewer: Reviewer;
  readonly draft: NoteDraft;
  readonly retry: Retry;
  readonly onMove: (step: "previous" | "next") => void;
  readonly onClose: () => void;
}

/** All that is known of one row, beside the list. */
export function ResultDrawer(props: ResultDrawerProps) {
  const { row, onClose } = props;
  return (
    <Drawer
      opened={row !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={row === null ? "" : `Row ${count(row)}`}
      closeButtonProps={{ "aria-label": "Close" }}
      lockScroll={false}
    >
      {row !== null && <OpenRow {...props} row={row} />}
    </Drawer>
  );
}

function OpenRow({
  batchId,
  row,
  columns,
  reviewer,
  draft,
  retry,
  onMove,
}: ResultDrawerProps & { readonly row: number }) {
  const fovea = useFovea();
  const { data, error, refetch } = useQuery({
    queryKey: rowKey(batchId, row),
    queryFn: ({ signal }) => batchApi.result(fovea, batchId, row, signal),
  });
  return (
    <Stack gap="md" {...reviewKeysHere}>
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            onClick={() => onMove("previous")}
            leftSection={<IconChevronLeft size={14} aria-hidden />}
          >
            Previous
          </Button>
          <Button
            size="xs"
            variant="default"
            onClick={() => onMove("next")}
            rightSection={<IconChevronRight size={14} aria-hidden />}
          >
            Next
          </Button>
        </Group>
        <Group gap="xs">
          {data && !data.success && !error && (
            <Button
              size="xs"
              variant="default"
              loading={retry.pending === "rows"}
              leftSection={<IconRefresh size={14} aria-hidden />}
              onClick={() => retry.ofRow(row)}
            >
              Retry this row
            </Button>
          )}
          {data && (
            <CopyButton value={data.result_id}>
              {({ copied, copy }) => (
                <Button
                  size="xs"
                  variant="default"
                  leftSection={<IconCopy size={14} aria-hidden />}
                  onClick={copy}
                >
                  {copied ? "Copied" : "Copy id"}
                </Button>
              )}
            </CopyButton>
          )}
        </Group>
      </Group>
      {error instanceof NotFoundError ? (
        // Also where it had a result, until it was tried again.
        <Text size="sm">{`${error.message} It is shown here when it is done.`}</Text>
      ) : data ? (
        <>
          <div className={classes["drawerPicture"]}>
            <Picture src={pictureOf(batchId, row, 1024)} alt={`Picture of row ${row}`} ratio={1.4} opaque />
          </div>
          <ReviewPanel
            key={`${row} ${data.review?.at ?? ""}`}
            result={data}
            reviewer={reviewer}
            draft={draft}
          />
          <ResultFacts result={data} columns={columns} />
        </>
      ) : error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton height={320} />
      )}
    </Stack>
  );
}
