import { Paper, Title } from "@mantine/core";
import { useDidUpdate } from "@mantine/hooks";
import { useRef } from "react";
import { BatchDraft } from "./batch-draft.tsx";
import { ChooseFile } from "./choose-file.tsx";
import type { ChosenFile } from "./chosen-file.ts";

export interface NewBatchProps {
  readonly chosen: ChosenFile | null;
  readonly onChoose: (chosen: ChosenFile | null) => void;
}

/** From a file to a batch: chosen, looked at, and started. */
export function NewBatch({ chosen, onChoose }: NewBatchProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  // What was focused is gone.
  useDidUpdate(() => heading.current?.focus(), [chosen]);
  return (
    <Paper component="section" withBorder p="md" aria-labelledby="new-batch">
      <Title order={2} id="new-batch" mb="sm" ref={heading} tabIndex={-1}>
        Analyze images
      </Title>
      {chosen === null ? (
        <ChooseFile onChoose={onChoose} />
      ) : (
        <BatchDraft key={chosen.id} chosen={chosen} onLeave={() => onChoose(null)} />
      )}
    </Paper>
  );
}
