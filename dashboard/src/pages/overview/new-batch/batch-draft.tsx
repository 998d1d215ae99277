import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { IconFileSpreadsheet } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { ErrorNotice } from "../../../parts/error-notice.tsx";
import { bytes } from "../../../parts/format.ts";
import { BatchForm } from "./batch-form.tsx";
import type { ChosenFile } from "./chosen-file.ts";
import { PreviewFacts } from "./preview-facts.tsx";
import { previewFile } from "./preview-file.ts";
import { PreviewProblems } from "./preview-problems.tsx";
import { PreviewTable } from "./preview-table.tsx";

interface BatchDraftProps {
  readonly chosen: ChosenFile;
  readonly onLeave: () => void;
}

/** A chosen file before it is a batch: how it is read, what is wrong with it, what it would cost. */
export function BatchDraft({ chosen, onLeave }: BatchDraftProps) {
  const { file } = chosen;
  const preview = useQuery({
    queryKey: ["preview", chosen.id],
    queryFn: ({ signal }) => previewFile(file, signal),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Group gap="xs" wrap="nowrap" miw={0}>
          <IconFileSpreadsheet size={20} aria-hidden />
          <Text fw={600} lineClamp={2}>
            {file.name}
          </Text>
          <Text size="sm" c="dimmed" style={{ whiteSpace: "nowrap" }}>
            {bytes(file.size)}
          </Text>
        </Group>
        <Button variant="default" size="xs" onClick={onLeave}>
          Choose another
        </Button>
      </Group>
      {preview.isPending && (
        <Stack gap="xs" aria-busy="true" aria-label="Reading the file">
          <Skeleton height={20} width="60%" />
          <Skeleton height={140} />
        </Stack>
      )}
      {preview.error && (
        <ErrorNotice
          error={preview.error}
          title="This file cannot be read"
          onRetry={() => void preview.refetch()}
        />
      )}
      {preview.data && (
        <>
          <PreviewFacts preview={preview.data} />
          <PreviewTable preview={preview.data} />
          <PreviewProblems preview={preview.data} />
          <BatchForm chosen={chosen} preview={preview.data} />
        </>
      )}
    </Stack>
  );
}
