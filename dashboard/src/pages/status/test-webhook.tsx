import { useFovea } from "@fovea/react";
import { Alert, Button, Code, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAlertTriangle, IconCheck, IconSend } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { duration } from "../../parts/format.ts";

/** Tries a receiver. */
export function TestWebhook() {
  const fovea = useFovea();
  const queries = useQueryClient();
  const [opened, { open, close }] = useDisclosure(false);
  const [url, setUrl] = useState("");
  const send = useMutation({
    mutationFn: async () => await fovea.webhooks.test(url.trim()),
    onSettled: () => queries.invalidateQueries({ queryKey: ["deliveries"] }),
  });
  return (
    <>
      <Button variant="default" leftSection={<IconSend size={16} aria-hidden />} onClick={open}>
        Send a test event
      </Button>
      <Modal
        opened={opened}
        onClose={() => {
          send.reset();
          close();
        }}
        title="Send a test event"
        centered
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            send.mutate();
          }}
        >
          <Stack gap="sm">
            <Text size="sm">
              A signed <Code>webhook.test</Code> is sent there once. It may take 15 seconds to know what the
              receiver says.
            </Text>
            <TextInput
              label="Address of the receiver"
              type="url"
              placeholder="https://shop.example/hooks/fovea"
              required
              maxLength={2_048}
              data-autofocus
              value={url}
              onChange={(event) => setUrl(event.currentTarget.value)}
            />
            {send.error && <ErrorNotice error={send.error} title="It was not sent" />}
            {send.data && <Verdict answer={send.data} />}
            <Group justify="flex-end">
              <Button type="submit" loading={send.isPending}>
                Send
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}

type Answer = Awaited<ReturnType<ReturnType<typeof useFovea>["webhooks"]["test"]>>;

function Verdict({ answer: { delivered, delivery } }: { readonly answer: Answer }) {
  const attempt = delivery.attempts.at(-1);
  if (delivered) {
    return (
      <Alert color="teal" variant="light" role="status" icon={<IconCheck aria-hidden />}>
        The receiver took it
        {attempt && `, with ${attempt.status_code} in ${duration(attempt.took_ms / 1_000)}`}.
      </Alert>
    );
  }
  return (
    <Alert color="red" variant="light" role="status" icon={<IconAlertTriangle aria-hidden />}>
      The receiver did not take it: {attempt?.reason ?? "no attempt could be made."}
    </Alert>
  );
}
