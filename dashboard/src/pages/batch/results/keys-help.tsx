import { Group, Kbd, Modal, Stack, Text } from "@mantine/core";

const keys = [
  [["j", "↓"], "Next row"],
  [["k", "↑"], "Previous row"],
  [["Home"], "First row"],
  [["End"], "Last row that is known"],
  [["Enter", "Space"], "Open the row"],
  [["Esc"], "Close it"],
  [["a"], "Accept, and go on"],
  [["f"], "Flag, and go on"],
  [["u"], "Take back the last verdict"],
  [["r"], "Retry a failed row"],
  [["/"], "Search"],
  [["?"], "This help"],
] as const;

/** What keys do. */
export function KeysHelp({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Review from the keyboard"
      centered
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <Stack gap="xs">
        {keys.map(([names, does]) => (
          <Group key={does} gap="xs" justify="space-between" wrap="nowrap">
            <Text size="sm">{does}</Text>
            <Group gap={4} wrap="nowrap">
              {names.map((name) => (
                <Kbd key={name}>{name}</Kbd>
              ))}
            </Group>
          </Group>
        ))}
        <Text size="xs" c="dimmed">
          Keys rest while you type.
        </Text>
      </Stack>
    </Modal>
  );
}
