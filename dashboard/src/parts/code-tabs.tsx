import { ActionIcon, Box, Code, CopyButton, Tabs, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

export interface CodeTabsProps {
  readonly snippets: readonly { readonly label: string; readonly code: string }[];
}

/** The same in several languages, each to be copied. */
export function CodeTabs({ snippets }: CodeTabsProps) {
  const [first] = snippets;
  return (
    <Tabs defaultValue={first?.label ?? null} keepMounted={false}>
      <Tabs.List>
        {snippets.map(({ label }) => (
          <Tabs.Tab key={label} value={label}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {snippets.map(({ label, code }) => (
        <Tabs.Panel key={label} value={label} pt="xs">
          <Box pos="relative">
            <Code block tabIndex={0} pr={44} style={{ maxHeight: 320, overflow: "auto" }} aria-label={label}>
              {code}
            </Code>
            <CopyButton value={code}>
              {({ copied, copy }) => (
                <Tooltip label={copied ? "Copied" : "Copy"}>
                  <ActionIcon
                    variant="default"
                    pos="absolute"
                    top={8}
                    right={8}
                    onClick={copy}
                    aria-label={copied ? `${label} copied` : `Copy ${label}`}
                  >
                    {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
                  </ActionIcon>
                </Tooltip>
              )}
            </CopyButton>
          </Box>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
