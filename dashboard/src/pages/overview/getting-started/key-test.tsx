import type { TestProviderKeyAnswer } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { Alert, Button, Code, CopyButton, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconX } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ErrorNotice } from "../../../parts/error-notice.tsx";
import type { Provider } from "./provider-line.tsx";

interface KeyTestProps {
  /** Null while none is tested. */
  readonly provider: Provider | null;
  readonly onClose: () => void;
}

/** Tries a key at its provider, and says what to do with it. It is forgotten with the dialog. */
export function KeyTest({ provider, onClose }: KeyTestProps) {
  return (
    <Modal
      opened={provider !== null}
      onClose={onClose}
      title={`Test a key of ${provider?.title ?? ""}`}
      centered
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {provider && <KeyForm key={provider.name} provider={provider} />}
    </Modal>
  );
}

function KeyForm({ provider }: { readonly provider: Provider }) {
  const fovea = useFovea();
  const [key, setKey] = useState("");
  const test = useMutation({
    mutationFn: (asked: string) =>
      fovea.post<TestProviderKeyAnswer>("/api/v1/setup/keys/test", {
        json: { provider: provider.name, key: asked },
      }),
    // A key is kept nowhere longer than it is needed.
    gcTime: 0,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (key.trim() !== "" && !test.isPending) test.mutate(key.trim());
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <PasswordInput
          label="Key"
          description={`The provider is asked once, for something that costs nothing. The key is not stored${provider.configured ? "; the one that is set stays" : ""}.`}
          autoComplete="off"
          data-autofocus
          maxLength={1_000}
          value={key}
          visibilityToggleButtonProps={{ "aria-label": "Show the key" }}
          onChange={(event) => {
            setKey(event.currentTarget.value);
            test.reset();
          }}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={test.isPending} disabled={key.trim() === ""}>
            Test this key
          </Button>
        </Group>
        {test.error && <ErrorNotice error={test.error} title="The key was not tested" />}
        {test.data && <Verdict verdict={test.data} />}
        {test.data?.ok && <SettingLine setting={provider.setting} secret={key.trim()} />}
      </Stack>
    </form>
  );
}

const looks = {
  accepted: { color: "teal", Icon: IconCheck, title: "The key works" },
  restricted: { color: "yellow", Icon: IconAlertTriangle, title: "The key is known" },
  rate_limited: { color: "yellow", Icon: IconAlertTriangle, title: "Nothing can be said yet" },
  unreachable: { color: "yellow", Icon: IconAlertTriangle, title: "The provider could not be asked" },
  refused: { color: "red", Icon: IconX, title: "The key does not work" },
} as const;

function Verdict({ verdict: { reason, message } }: { readonly verdict: TestProviderKeyAnswer }) {
  const { color, Icon, title } = looks[reason];
  return (
    <Alert
      variant="default"
      icon={<Icon color={`var(--mantine-color-${color}-text)`} aria-hidden />}
      title={title}
      role="status"
    >
      {message}
    </Alert>
  );
}

/** What makes the service use the key. The page shows its ends, and copies all of it. */
function SettingLine({ setting, secret }: { readonly setting: string; readonly secret: string }) {
  const shown = secret.length > 12 ? `${secret.slice(0, 4)}…${secret.slice(-4)}` : "…";
  return (
    <Stack gap={6}>
      <Text size="sm">
        To use it, put this line into the file <Code>.env</Code> in the folder of the service, and start the
        service again:
      </Text>
      <Group gap="xs" wrap="nowrap">
        <Code block style={{ flex: 1 }}>
          {setting}={shown}
        </Code>
        <CopyButton value={`${setting}=${secret}`}>
          {({ copied, copy }) => (
            <Button size="xs" variant="default" onClick={copy}>
              {copied ? "Copied" : "Copy the line"}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Stack>
  );
}
