import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  Popover,
  SegmentedControl,
  Stack,
  TextInput,
  Tooltip,
} from "@mantine/core";
import {
  IconAdjustments,
  IconKeyboard,
  IconLayoutGrid,
  IconList,
  IconSearch,
  IconX,
} from "@tabler/icons-react";
import { type ReactNode, type RefObject, useEffect, useState } from "react";
import { isFiltered, noFilters, type ResultsView } from "./results-view.ts";

/** Nobody is asked for each letter. */
const typingMs = 350;

export interface ResultsToolbarProps {
  readonly view: ResultsView;
  readonly change: (what: Partial<ResultsView>, keep?: boolean) => void;
  /** Of the default question, whose answers have a store's name and a contact. */
  readonly ofStores: boolean;
  readonly searchRef: RefObject<HTMLInputElement | null>;
  readonly onHelp: () => void;
  /** Buttons behind the filters. */
  readonly children?: ReactNode;
}

/** What is shown, and how. */
export function ResultsToolbar({ view, change, ofStores, searchRef, onHelp, children }: ResultsToolbarProps) {
  const filtered = isFiltered(view);
  const answers = view.tab !== "failed";
  return (
    <Group gap="xs" justify="space-between">
      <Group gap="xs">
        {answers && (
          <TypedInput
            inputRef={searchRef}
            label="Search in the answers"
            placeholder="Search in the answers"
            value={view.search}
            onSettled={(search) => change({ search })}
          />
        )}
        <Popover position="bottom-start" withArrow shadow="md" trapFocus>
          <Popover.Target>
            <Button size="xs" variant="default" leftSection={<IconAdjustments size={14} aria-hidden />}>
              Filters
            </Button>
          </Popover.Target>
          <Popover.Dropdown aria-label="Filters">
            <Stack gap="sm">
              {answers && ofStores && (
                <>
                  <TypedInput
                    label="Store name"
                    shown
                    value={view.store}
                    onSettled={(store) => change({ store })}
                  />
                  <Checkbox
                    label="Has a contact"
                    checked={view.contact}
                    onChange={(event) => change({ contact: event.currentTarget.checked })}
                  />
                </>
              )}
              <TextInput
                type="date"
                label="Stored on or after"
                value={view.since}
                onChange={(event) => change({ since: event.currentTarget.value })}
              />
              <TextInput
                type="date"
                label="Stored on or before"
                value={view.until}
                onChange={(event) => change({ until: event.currentTarget.value })}
              />
            </Stack>
          </Popover.Dropdown>
        </Popover>
        {view.tab === "reviewed" && (
          <SegmentedControl
            size="xs"
            aria-label="Verdict"
            value={view.verdict ?? "any"}
            onChange={(value) =>
              change({ verdict: value === "accepted" || value === "flagged" ? value : null })
            }
            data={[
              { value: "any", label: "Any verdict" },
              { value: "accepted", label: "Accepted" },
              { value: "flagged", label: "Flagged" },
            ]}
          />
        )}
        {filtered && (
          <Button
            size="xs"
            variant="subtle"
            leftSection={<IconX size={14} aria-hidden />}
            onClick={() => change(noFilters, true)}
          >
            Clear filters
          </Button>
        )}
      </Group>
      <Group gap="xs">
        <SegmentedControl
          size="xs"
          aria-label="Layout"
          value={view.layout}
          onChange={(layout) => change({ layout: layout === "grid" ? "grid" : "table" })}
          data={[
            { value: "table", label: <LayoutLabel icon={<IconList size={14} aria-hidden />} name="Table" /> },
            {
              value: "grid",
              label: <LayoutLabel icon={<IconLayoutGrid size={14} aria-hidden />} name="Grid" />,
            },
          ]}
        />
        {children}
        <Tooltip label="Keys">
          <ActionIcon variant="default" size={30} aria-label="Keys" onClick={onHelp}>
            <IconKeyboard size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Group>
    </Group>
  );
}

const LayoutLabel = ({ icon, name }: { readonly icon: ReactNode; readonly name: string }) => (
  <Group gap={4} wrap="nowrap" component="span">
    {icon}
    {name}
  </Group>
);

interface TypedInputProps {
  readonly label: string;
  /** The label stands above the field; else it is for screen readers only. */
  readonly shown?: boolean;
  readonly placeholder?: string;
  readonly value: string;
  readonly inputRef?: RefObject<HTMLInputElement | null>;
  /** Told once somebody stopped typing. */
  readonly onSettled: (text: string) => void;
}

function TypedInput({ label, shown = false, placeholder, value, inputRef, onSettled }: TypedInputProps) {
  const [typed, setTyped] = useState(value);
  // Cleared, or changed by the browser's back button.
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onSettled(typed), typingMs);
    return () => clearTimeout(timer);
  });
  return (
    <TextInput
      {...(inputRef ? { ref: inputRef } : {})}
      {...(shown ? { label } : { "aria-label": label, leftSection: <IconSearch size={14} aria-hidden /> })}
      {...(placeholder === undefined ? {} : { placeholder })}
      size="xs"
      maxLength={200}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
    />
  );
}
