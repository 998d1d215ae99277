import { Anchor, Button, Collapse, Group, Stack, Text, Textarea } from "@mantine/core";
import { useDisclosure, useWindowEvent } from "@mantine/hooks";
import { IconClipboardText, IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { FileDrop } from "../../../parts/file-drop.tsx";
import { apiUrl } from "../../../service/api-url.ts";
import { useSetup } from "../../../service/use-setup.ts";
import { type ChosenFile, chosenFile, looksLikeTable, pastedFile } from "./chosen-file.ts";

const endings = [".csv", ".tsv", ".txt", ".gz"];

const isTable = (name: string) => endings.some((ending) => name.toLowerCase().endsWith(ending));

/** A table by drop, by the system's picker, or from the clipboard: as a file, or as text. */
export function ChooseFile({ onChoose }: { readonly onChoose: (chosen: ChosenFile) => void }) {
  const { data: setup } = useSetup();
  const [pasting, { toggle }] = useDisclosure(false);
  const [text, setText] = useState("");
  const most = setup?.analysis.max_upload_bytes;

  useWindowEvent("paste", (event) => {
    const pasted = event.clipboardData?.getData("text/plain") ?? "";
    // Spreadsheets put a picture of the cells beside their text.
    const files = [...(event.clipboardData?.files ?? [])].some(({ name }) => isTable(name));
    if (files || isField(event.target) || !looksLikeTable(pasted)) return;
    onChoose(pastedFile(pasted));
  });

  return (
    <Stack gap="sm">
      <FileDrop
        label="Drop a CSV of image addresses here, or choose one"
        hint={`CSV or TSV, also gzipped${most === undefined ? "" : `, up to ${Math.floor(most / 2 ** 20)} MB`}. You see what will be read before anything starts.`}
        accept={endings}
        maxBytes={most}
        onFiles={([file]) => file && onChoose(chosenFile(file))}
      />
      <Group gap="md">
        <Button
          variant="default"
          size="xs"
          leftSection={<IconClipboardText size={16} aria-hidden />}
          onClick={toggle}
          aria-expanded={pasting}
        >
          Paste addresses
        </Button>
        <Anchor size="sm" href={apiUrl("/api/v1/export/template?format=csv")} download>
          <Group gap={6} component="span">
            <IconDownload size={16} aria-hidden />
            Template
          </Group>
        </Anchor>
      </Group>
      <Collapse expanded={pasting}>
        <Stack gap="xs">
          <Textarea
            label="Addresses, one a line, or rows of a spreadsheet"
            placeholder={"https://example.com/shop-1.jpg\nhttps://example.com/shop-2.jpg"}
            autosize
            minRows={3}
            maxRows={10}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Group justify="space-between">
            <Text size="sm" c="dimmed">
              Nothing is sent before you say so.
            </Text>
            <Button size="sm" disabled={text.trim() === ""} onClick={() => onChoose(pastedFile(text))}>
              Use these
            </Button>
          </Group>
        </Stack>
      </Collapse>
    </Stack>
  );
}

/** What is pasted into a field belongs there. */
const isField = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA)$/.test(target.tagName));
