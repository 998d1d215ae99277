import { Button, Group, Paper, Stack, Text, Textarea } from "@mantine/core";
import { IconCheck, IconFlag } from "@tabler/icons-react";
import { type RefObject, useState } from "react";
import { timeAgo } from "../../../parts/format.ts";
import type { BatchResult, Verdict } from "./batch-api.ts";
import type { Reviewer } from "./use-review.ts";
import { VerdictBadge } from "./verdict-badge.tsx";

const maxNote = 1_000;

/** A note that is written and not stored yet: keys store it with their verdict. */
export type NoteDraft = RefObject<{ readonly row: number; readonly note: string } | null>;

export interface ReviewPanelProps {
  readonly result: BatchResult;
  readonly reviewer: Reviewer;
  readonly draft: NoteDraft;
}

/** What was said of a result, and what one says oneself. */
export function ReviewPanel({ result, reviewer, draft }: ReviewPanelProps) {
  const { review } = result;
  const [note, setNote] = useState(review?.note ?? "");
  const noted = note.trim() === "" ? null : note.trim();
  const say = (verdict: Verdict | null) => reviewer.say(result, verdict, verdict === null ? null : noted);
  return (
    <Paper withBorder p="sm">
      <Stack gap="xs">
        <Group gap="xs">
          {review ? (
            <>
              <VerdictBadge verdict={review.verdict} />
              <Text size="sm" c="dimmed">
                {review.by && `by ${review.by}, `}
                {timeAgo(review.at)}
              </Text>
            </>
          ) : (
            <Text size="sm">Not reviewed yet</Text>
          )}
        </Group>
        <Textarea
          label="Note"
          description="Stored with the verdict, and a column of exports"
          value={note}
          maxLength={maxNote}
          autosize
          minRows={1}
          maxRows={5}
          onChange={(event) => {
            setNote(event.currentTarget.value);
            draft.current = { row: result.row, note: event.currentTarget.value };
          }}
        />
        <Group gap="xs">
          <Button
            size="xs"
            variant={review?.verdict === "accepted" ? "filled" : "default"}
            leftSection={<IconCheck size={14} aria-hidden />}
            onClick={() => say("accepted")}
          >
            Accept
          </Button>
          <Button
            size="xs"
            variant={review?.verdict === "flagged" ? "filled" : "default"}
            leftSection={<IconFlag size={14} aria-hidden />}
            onClick={() => say("flagged")}
          >
            Flag
          </Button>
          {review && (
            <Button size="xs" variant="subtle" onClick={() => say(null)}>
              Take back
            </Button>
          )}
        </Group>
      </Stack>
    </Paper>
  );
}
