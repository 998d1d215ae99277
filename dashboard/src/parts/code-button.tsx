import { Button, Modal, Stack, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconCode } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { CodeTabs, type CodeTabsProps } from "./code-tabs.tsx";

interface CodeButtonProps extends CodeTabsProps {
  /** What the code does, as the title of the dialog. */
  readonly title: string;
  readonly disabled?: boolean;
  /** What has to be there for it to run. */
  readonly children?: ReactNode;
}

/** Opens what is on the page as code, to be copied. */
export function CodeButton({ title, snippets, disabled = false, children }: CodeButtonProps) {
  const [opened, setOpened] = useState(false);
  const isNarrow = useMediaQuery("(max-width: 48em)") ?? false;
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconCode size={18} aria-hidden />}
        disabled={disabled}
        onClick={() => setOpened(true)}
        aria-haspopup="dialog"
      >
        Code
      </Button>
      <Modal
        opened={opened}
        onClose={() => setOpened(false)}
        title={title}
        size="xl"
        fullScreen={isNarrow}
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <Stack gap="sm">
          <CodeTabs snippets={snippets} />
          {children && (
            <Text size="sm" c="dimmed" component="div">
              {children}
            </Text>
          )}
        </Stack>
      </Modal>
    </>
  );
}
