import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { ErrorNotice } from "./error-notice.tsx";

export interface ConfirmDialogProps {
  readonly opened: boolean;
  readonly title: string;
  /** Says what is done, with the number: "Retry 38 rows". */
  readonly confirmLabel: string;
  readonly danger?: boolean | undefined;
  /** What has to be typed first, where nothing brings back what is lost. */
  readonly typed?: string | undefined;
  /** The dialog stays open, and says why, where this fails. */
  readonly onConfirm: () => Promise<unknown>;
  readonly onClose: () => void;
  /** What will happen. */
  readonly children?: ReactNode;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { opened, title, confirmLabel, danger = false, typed, onConfirm, onClose, children } = props;
  const [text, setText] = useState("");
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const close = () => {
    setText("");
    setError(null);
    onClose();
  };
  const confirm = async () => {
    setPending(true);
    setError(null);
    try {
      await onConfirm();
      close();
    } catch (problem) {
      setError(problem);
    } finally {
      setPending(false);
    }
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={title}
      centered
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <Stack>
        <Text size="sm" component="div">
          {children}
        </Text>
        {typed !== undefined && (
          <TextInput
            label={`Type “${typed}” to go on`}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        )}
        {error !== null && <ErrorNotice error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus={danger || undefined}>
            Leave it
          </Button>
          <Button
            {...(danger ? { color: "red.9" } : {})}
            loading={pending}
            disabled={typed !== undefined && text !== typed}
            onClick={() => void confirm()}
          >
            {confirmLabel}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
