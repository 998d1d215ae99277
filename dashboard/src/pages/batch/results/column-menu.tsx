import { Button, Checkbox, Popover, ScrollArea, Stack } from "@mantine/core";
import { IconColumns } from "@tabler/icons-react";
import type { resultColumns } from "./result-columns.tsx";

export interface ColumnMenuProps {
  readonly columns: ReturnType<typeof resultColumns>;
  readonly visible: Readonly<Record<string, boolean>>;
  readonly onChange: (visible: Readonly<Record<string, boolean>>) => void;
}

/** Which columns the table has. */
export function ColumnMenu({ columns, visible, onChange }: ColumnMenuProps) {
  return (
    <Popover position="bottom-end" withArrow shadow="md" trapFocus>
      <Popover.Target>
        <Button size="xs" variant="default" leftSection={<IconColumns size={14} aria-hidden />}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns">
        <ScrollArea.Autosize mah={360} type="auto" viewportProps={{ tabIndex: 0 }}>
          <Stack gap="xs">
            {columns.map(({ id = "", header }) => (
              <Checkbox
                key={id}
                size="xs"
                label={String(header)}
                checked={visible[id] !== false}
                disabled={id === "row"}
                onChange={(event) => onChange({ ...visible, [id]: event.currentTarget.checked })}
              />
            ))}
          </Stack>
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
}
