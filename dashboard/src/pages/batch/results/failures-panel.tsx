import type { BatchProgress } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { Anchor, Badge, Button, Code, Group, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDownload, IconEye, IconRefresh } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { ErrorNotice } from "../../../parts/error-notice.tsx";
import { count, counted } from "../../../parts/format.ts";
import { batchApi, exportOf, type FailureFacts, liveKey } from "./batch-api.ts";
import { useFailureFacts } from "./use-failure-facts.ts";
import type { Retry } from "./use-retry.ts";

/** The rows that failed are below: so many causes leave them in sight. */
const usualGroups = 3;

export interface FailuresPanelProps {
  readonly batchId: string;
  readonly progress: BatchProgress;
  /** Codes whose rows are shown; empty: all. */
  readonly codes: readonly string[];
  readonly retry: Retry;
  readonly onShow: (codes: readonly string[]) => void;
}

/** What failed, by what can be done about it. */
export function FailuresPanel({ batchId, progress, codes, retry, onShow }: FailuresPanelProps) {
  const fovea = useFovea();
  const facts = useFailureFacts();
  const [all, { toggle }] = useDisclosure(false);
  const errors = useQuery({
    queryKey: [...liveKey(batchId), "errors"],
    queryFn: ({ signal }) => batchApi.errors(fovea, batchId, signal),
  });
  if (errors.error) return <ErrorNotice error={errors.error} onRetry={() => void errors.refetch()} />;
  if (!errors.data) return <Skeleton height={96} />;
  if (errors.data.length === 0) return null;
  return (
    <section aria-label="Failures by cause">
      <Stack gap="xs">
        {(all ? errors.data : errors.data.slice(0, usualGroups)).map(
          ({ error_type, count: rows, retryable }) => (
            <FailureGroup
              key={error_type}
              code={error_type}
              rows={rows}
              facts={facts.get(error_type)}
              held={whyNot(retryable, progress)}
              shown={codes.includes(error_type)}
              pending={retry.pending}
              download={exportOf(batchId, { format: "csv", status: "failed", error_type })}
              onRetry={() => retry.ofCode(error_type)}
              onShow={(show) => onShow(show ? [error_type] : [])}
            />
          ),
        )}
        {errors.data.length > usualGroups && (
          <Button size="xs" variant="default" w="fit-content" aria-expanded={all} onClick={toggle}>
            {all ? "Show fewer causes" : `Show all ${count(errors.data.length)} causes`}
          </Button>
        )}
      </Stack>
    </section>
  );
}

/** Why rows cannot be tried again all at once; null where they can. */
function whyNot(retryable: boolean, { status }: BatchProgress): string | null {
  if (status === "cancelled") return "The batch is cancelled: clone it to try its rows again.";
  return retryable ? null : "Trying again changes nothing until that is done; then retry single rows.";
}

interface FailureGroupProps {
  readonly code: string;
  readonly rows: number;
  readonly facts: FailureFacts | undefined;
  readonly held: string | null;
  readonly shown: boolean;
  readonly pending: string | null;
  readonly download: string;
  readonly onRetry: () => void;
  readonly onShow: (show: boolean) => void;
}

function FailureGroup(props: FailureGroupProps) {
  const { code, rows, facts, held, shown, pending, download, onRetry, onShow } = props;
  const reason = `why-not-${code}`;
  return (
    <Paper withBorder p="sm">
      <Stack gap={6}>
        <Group gap="xs">
          <Badge variant="default" className="numbers">
            {count(rows)}
          </Badge>
          <Title order={2} size="sm">
            {facts?.sentence ?? "The rows failed."}
          </Title>
          <Code>{code}</Code>
        </Group>
        {facts && (
          <Text size="sm" c="dimmed">
            {`Likely cause: ${facts.cause} What to do: ${facts.fix}`}
          </Text>
        )}
        <Group gap="xs">
          <Button
            size="xs"
            leftSection={<IconRefresh size={14} aria-hidden />}
            disabled={held !== null}
            {...(held === null ? {} : { "aria-describedby": reason })}
            loading={pending === code}
            onClick={onRetry}
          >
            {`Retry these ${count(rows)}`}
          </Button>
          <Button
            size="xs"
            variant="default"
            aria-pressed={shown}
            leftSection={<IconEye size={14} aria-hidden />}
            onClick={() => onShow(!shown)}
          >
            {shown ? "Show all failed rows" : `Show ${counted(rows, "row")}`}
          </Button>
          <Anchor href={download} download size="sm">
            <Group gap={4} component="span" wrap="nowrap">
              <IconDownload size={14} aria-hidden />
              {`Download ${counted(rows, "row")}`}
            </Group>
          </Anchor>
          {held !== null && (
            <Text id={reason} size="xs" c="dimmed">
              {held}
            </Text>
          )}
        </Group>
      </Stack>
    </Paper>
  );
}
