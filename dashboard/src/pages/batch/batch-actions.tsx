import type { BatchInfo, BatchProgress } from "@fovea/client";
import { type BatchView, useFovea } from "@fovea/react";
import { ActionIcon, Button, Menu, NumberInput, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import {
  IconCopy,
  IconDots,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerStop,
  IconTrash,
} from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { count, counted } from "../../parts/format.ts";

export interface BatchActionsProps {
  readonly batch: BatchView;
  readonly info: BatchInfo;
  readonly progress: BatchProgress;
}

type Asked = "cancel" | "clone" | "delete" | "resume" | null;

/** What can be done with a batch as it is now. */
export function BatchActions({ batch, info, progress }: BatchActionsProps) {
  const fovea = useFovea();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [asked, setAsked] = useState<Asked>(null);
  const [name, setName] = useState("");
  const [budget, setBudget] = useState<number | string>("");
  const { status, total_urls, processed_count } = progress;
  const { batch_id: id, batch_name } = info;
  const left = total_urls - processed_count;
  const runs = status === "processing" || status === "queued";
  const usedUp = status === "paused" && info.max_cost_usd !== null;
  const close = () => setAsked(null);

  const start = async () => {
    await fovea.batches.start(id);
    batch.refresh();
  };
  const resume = () =>
    fovea.batches.resume(id, budget === "" ? {} : { max_cost_usd: budget }).then(() => batch.refresh());
  const clone = async () => {
    const { new_batch_id } = await fovea.batches.clone(id, {
      new_name: name.trim() || `${batch_name} again`,
    });
    await fovea.batches.start(new_batch_id);
    await navigate({ to: "/batch/$batchId", params: { batchId: new_batch_id } });
  };
  const remove = async () => {
    await fovea.batches.delete(id, { force: runs });
    queries.removeQueries({ queryKey: ["batch", id] });
    notifications.show({ message: `${batch_name} is deleted.` });
    await navigate({ to: "/" });
  };

  return (
    <>
      {status === "pending" && (
        <Button leftSection={<IconPlayerPlay size={16} aria-hidden />} onClick={() => void act(start)}>
          Start
        </Button>
      )}
      {runs && (
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={16} aria-hidden />}
          loading={batch.pending === "pause"}
          onClick={() => void batch.pause()}
        >
          Pause
        </Button>
      )}
      {status === "paused" && (
        <Button
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          loading={batch.pending === "resume"}
          onClick={() => (usedUp ? setAsked("resume") : void batch.resume())}
        >
          Resume
        </Button>
      )}
      {(runs || status === "paused") && (
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={16} aria-hidden />}
          onClick={() => setAsked("cancel")}
        >
          Cancel
        </Button>
      )}
      <Menu position="bottom-end" width={240} withinPortal={false} withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <ActionIcon variant="default" size="lg" aria-label="More actions">
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconCopy size={16} aria-hidden />} onClick={() => setAsked("clone")}>
            Run the same rows again…
          </Menu.Item>
          <Menu.Item leftSection={<IconTrash size={16} aria-hidden />} onClick={() => setAsked("delete")}>
            Delete…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>

      <ConfirmDialog
        opened={asked === "cancel"}
        title="Cancel this batch?"
        confirmLabel={`Cancel ${counted(left, "row")}`}
        danger
        onConfirm={() => fovea.batches.cancel(id).then(() => batch.refresh())}
        onClose={close}
      >
        {counted(left, "row")} will not be begun; those under way finish. What {count(processed_count)} have
        brought stays, and can be exported.
      </ConfirmDialog>
      <ConfirmDialog
        opened={asked === "resume"}
        title="Resume this batch"
        confirmLabel="Resume"
        onConfirm={resume}
        onClose={close}
      >
        {counted(left, "row")} {left === 1 ? "is" : "are"} left.
        <NumberInput
          mt="sm"
          label="The most that it may cost, all told, in dollars"
          description="Empty: as it was."
          min={0}
          decimalScale={6}
          value={budget}
          onChange={setBudget}
        />
      </ConfirmDialog>
      <ConfirmDialog
        opened={asked === "clone"}
        title="Run the same rows again"
        confirmLabel={`Run ${counted(total_urls, "row")}`}
        onConfirm={clone}
        onClose={close}
      >
        A new batch with the same {counted(total_urls, "row")} and options is made and started. What is known
        of an address is used where it is recent enough, and costs nothing again.
        <TextInput
          mt="sm"
          label="Name"
          placeholder={`${batch_name} again`}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </ConfirmDialog>
      <ConfirmDialog
        opened={asked === "delete"}
        title="Delete this batch?"
        confirmLabel="Delete for good"
        danger
        typed={batch_name}
        onConfirm={remove}
        onClose={close}
      >
        {runs && "It is at work, and is stopped. "}
        Its {counted(total_urls, "row")} and {counted(processed_count, "result")} are removed. Nothing brings
        them back: export them first.
      </ConfirmDialog>
    </>
  );
}

/** A button that is pressed tells why it did nothing. */
async function act(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    notifications.show({ color: "red", message: error instanceof Error ? error.message : String(error) });
  }
}
