import type { ResetBatchData } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { Alert, Button, Checkbox, Group, Paper, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { counted } from "../../parts/format.ts";
import { Section } from "../../parts/section.tsx";

interface Wish {
  readonly id: string;
  readonly force: boolean;
}

/** What somebody is asked to type in the end. */
const mostTyped = 40;

/** Takes a batch back to its beginning: shown first, and confirmed by typing its name. */
export function ResetBatch() {
  const fovea = useFovea();
  const [id, setId] = useState("");
  const [force, setForce] = useState(false);
  const ask = async (wish: Wish, dryRun: boolean) => {
    const path = `/admin/batch/${encodeURIComponent(wish.id)}/reset`;
    const { data } = await fovea.post<{ readonly data: ResetBatchData }>(path, {
      json: { force: wish.force, dry_run: dryRun },
    });
    return data;
  };
  const preview = useMutation({ mutationFn: (wish: Wish) => ask(wish, true) });
  const [asked, { open, close }] = useDisclosure(false);
  const { data: found, variables: wish } = preview;
  return (
    <Section
      title="Reset a batch"
      hint="Removes its results and the history of its tries. It is pending then, and can be started anew."
    >
      <Paper withBorder p="md">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            preview.mutate({ id: id.trim(), force });
          }}
        >
          <Stack gap="sm">
            <TextInput
              label="Id of the batch"
              description="It is in the address of its page."
              placeholder="3f0c9a52-6f0e-4d1c-9a57-2b1de0c6b7a4"
              required
              withAsterisk={false}
              maxLength={64}
              maw={420}
              value={id}
              onChange={(event) => {
                preview.reset();
                setId(event.currentTarget.value);
              }}
            />
            <Checkbox
              label="Also one that is paused, or has ended"
              checked={force}
              onChange={(event) => {
                preview.reset();
                setForce(event.currentTarget.checked);
              }}
            />
            <Group>
              <Button type="submit" variant="default" loading={preview.isPending}>
                Show what would be removed
              </Button>
            </Group>
          </Stack>
        </form>
      </Paper>
      {preview.error && <ErrorNotice error={preview.error} title="It cannot be reset" />}
      {found && wish && (
        <Alert
          color="orange"
          variant="light"
          role="status"
          icon={<IconAlertTriangle aria-hidden />}
          title={nameOf(found, wish)}
        >
          <Stack gap="sm" align="flex-start">
            <Text size="sm">
              It is {found.was}. {counted(found.removed_results, "result")} would be removed, and{" "}
              {counted(found.reset_chunks, "chunk")} begun anew. What was learned about pictures stays, so the
              same rows mostly cost nothing a second time.
            </Text>
            <Button color="red.9" onClick={open}>
              Reset and remove {counted(found.removed_results, "result")}
            </Button>
          </Stack>
        </Alert>
      )}
      {found && wish && (
        <ConfirmDialog
          opened={asked}
          title="Reset this batch?"
          confirmLabel={`Remove ${counted(found.removed_results, "result")}`}
          danger
          typed={nameOf(found, wish)}
          onConfirm={async () => {
            const done = await ask(wish, false);
            notifications.show({
              message: `The batch is pending again; ${counted(done.removed_results, "result")} removed.`,
            });
            preview.reset();
          }}
          onClose={close}
        >
          Nothing brings these results back. Export them first if somebody may want them.
        </ConfirmDialog>
      )}
    </Section>
  );
}

/** Its name where that can be typed, else the beginning of its id. */
const nameOf = ({ batch_name: name }: ResetBatchData, { id }: Wish) =>
  /^[\x20-\x7e]+$/.test(name) && name.length <= mostTyped && name === name.trim() ? name : id.slice(0, 8);
