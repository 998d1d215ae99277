import type { CleanUpQueueData } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { Alert, Anchor, Button, Group, NumberInput, Paper, Radio, Stack, Table, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconCheck } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Ago } from "../../parts/ago.tsx";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { count, counted } from "../../parts/format.ts";
import { Section } from "../../parts/section.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";

interface Wish {
  readonly hours: number;
  readonly cancels: boolean;
}

/** Ends what nobody works on: first what that would be, then with its number on the button. */
export function CleanUp() {
  const fovea = useFovea();
  const [hours, setHours] = useState<number | string>(24);
  const [cancels, setCancels] = useState(true);
  const ask = async ({ hours: most, cancels: cancel }: Wish, dryRun: boolean) => {
    const { data } = await fovea.post<{ readonly data: CleanUpQueueData }>("/admin/queue/cleanup", {
      json: { max_age_hours: most, clean_database: cancel, dry_run: dryRun },
    });
    return data;
  };
  const preview = useMutation({ mutationFn: (wish: Wish) => ask(wish, true) });
  const change = (then: () => void) => {
    // What was shown was about something else.
    preview.reset();
    then();
  };
  return (
    <Section
      title="Clean up"
      hint="Batches that are pending, queued or processing, and of which nothing was worked on for long. What a worker holds, and what is paused, is never touched."
    >
      <Paper withBorder p="md">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            preview.mutate({ hours: Number(hours), cancels });
          }}
        >
          <Group align="flex-end" gap="md">
            <NumberInput
              label="Idle for at least, hours"
              value={hours}
              onChange={(value) => change(() => setHours(value))}
              min={0}
              max={87_600}
              required
              withAsterisk={false}
              w={200}
            />
            <Radio.Group
              label="What to do"
              value={cancels ? "cancel" : "free"}
              onChange={(value) => change(() => setCancels(value === "cancel"))}
            >
              <Group gap="md" h={36}>
                <Radio value="cancel" label="Cancel them" />
                <Radio value="free" label="Only free chunks of dead workers" />
              </Group>
            </Radio.Group>
            <Button type="submit" variant="default" loading={preview.isPending}>
              Show what it would do
            </Button>
          </Group>
        </form>
      </Paper>
      {preview.error && <ErrorNotice error={preview.error} />}
      {preview.data && preview.variables && (
        <Preview
          found={preview.data}
          wish={preview.variables}
          onConfirm={async (wish) => {
            const done = await ask(wish, false);
            notifications.show({ message: doneText(done) });
            preview.mutate(wish);
          }}
        />
      )}
    </Section>
  );
}

function Preview(props: {
  readonly found: CleanUpQueueData;
  readonly wish: Wish;
  readonly onConfirm: (wish: Wish) => Promise<void>;
}) {
  const { found, wish, onConfirm } = props;
  const [asked, { open, close }] = useDisclosure(false);
  const { batches, db_reset_count, redis_removed_count: chunks, kept_count: kept } = found;
  // Where nothing is cancelled the service counts none; then the list is all there is.
  const total = wish.cancels ? db_reset_count : batches.length;
  const label = wish.cancels
    ? `Cancel ${counted(total, "batch", "batches")}`
    : `Free ${counted(chunks, "chunk")}`;
  if (total === 0 && chunks === 0) {
    return (
      <Alert color="teal" variant="light" role="status" icon={<IconCheck aria-hidden />}>
        Nothing to do: no batch was idle for {counted(wish.hours, "hour")}. {counted(kept, "chunk")}{" "}
        {kept === 1 ? "stays" : "stay"} in the queue.
      </Alert>
    );
  }
  return (
    <Stack gap="sm">
      <Text size="sm" role="status">
        This would {wish.cancels ? "cancel" : "free chunks of"} {counted(total, "batch", "batches")} with{" "}
        {counted(chunks, "chunk")}; {counted(kept, "chunk")} would stay. Results are kept.
      </Text>
      <Paper withBorder>
        <Table.ScrollContainer minWidth={560} type="native">
          <Table verticalSpacing="xs">
            {batches.length < total && (
              <Table.Caption>
                The first {count(batches.length)} of {count(total)}, idle for the longest time first.
              </Table.Caption>
            )}
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Batch</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th ta="right">Open chunks</Table.Th>
                <Table.Th>Last worked on</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {batches.map(({ batch_id, batch_name, status, open_chunks, last_activity }) => (
                <Table.Tr key={batch_id}>
                  <Table.Td maw={320}>
                    <Anchor
                      size="sm"
                      underline="always"
                      lineClamp={2}
                      renderRoot={(link) => (
                        <Link {...link} to="/batch/$batchId" params={{ batchId: batch_id }} />
                      )}
                    >
                      {batch_name || batch_id}
                    </Anchor>
                  </Table.Td>
                  <Table.Td>
                    <StatusBadge status={status} />
                  </Table.Td>
                  <Table.Td ta="right">{count(open_chunks)}</Table.Td>
                  <Table.Td>
                    <Text size="sm">
                      <Ago at={last_activity} />
                    </Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Paper>
      <Group>
        <Button color="red.9" onClick={open}>
          {label}
        </Button>
      </Group>
      <ConfirmDialog
        opened={asked}
        title={`${label}?`}
        confirmLabel={label}
        danger
        onConfirm={() => onConfirm(wish)}
        onClose={close}
      >
        {wish.cancels
          ? "Their results are kept, and a forced start goes on with them. One that is worked on meanwhile is left alone."
          : "The next worker takes these chunks. Nothing else is changed."}
      </ConfirmDialog>
    </Stack>
  );
}

const doneText = ({ clean_database, db_reset_count, redis_removed_count: chunks }: CleanUpQueueData) =>
  clean_database
    ? `${counted(db_reset_count, "batch", "batches")} cancelled, with ${counted(chunks, "chunk")}.`
    : `${counted(chunks, "chunk")} freed.`;
