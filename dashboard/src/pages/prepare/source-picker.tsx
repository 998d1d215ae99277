import { Button, Group, Stack, Text } from "@mantine/core";
import { IconFileText, IconPhoto } from "@tabler/icons-react";
import { useState } from "react";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { FileDrop } from "../../parts/file-drop.tsx";
import { samplePhoto, sampleScreenshot } from "./sample-pictures.ts";

const formats = [
  ...[".jpg", ".jpeg", ".png", ".gif", ".webp"],
  ...["image/jpeg", "image/png", "image/gif", "image/webp"],
];
/** What the service takes. */
const mostBytes = 50 * 2 ** 20;

/** A picture of one's own, or one to try with. */
export function SourcePicker({ onFile }: { readonly onFile: (file: File) => void }) {
  const [drawing, setDrawing] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const draw = async (sample: () => Promise<File>) => {
    setDrawing(true);
    setError(null);
    try {
      onFile(await sample());
    } catch (problem) {
      setError(problem);
    } finally {
      setDrawing(false);
    }
  };
  return (
    <Stack gap="xs">
      <FileDrop
        label="Drop an image, paste one, or click to choose"
        hint="JPEG, PNG, GIF or WebP, up to 52 MB. It is not kept."
        accept={formats}
        maxBytes={mostBytes}
        onFiles={([file]) => file && onFile(file)}
      />
      <Group gap="xs">
        <Text size="sm" c="dimmed">
          Or try
        </Text>
        <Button
          size="xs"
          variant="default"
          disabled={drawing}
          leftSection={<IconPhoto size={16} aria-hidden />}
          onClick={() => void draw(samplePhoto)}
        >
          A photo
        </Button>
        <Button
          size="xs"
          variant="default"
          disabled={drawing}
          leftSection={<IconFileText size={16} aria-hidden />}
          onClick={() => void draw(sampleScreenshot)}
        >
          A screenshot
        </Button>
      </Group>
      {error !== null && <ErrorNotice error={error} title="The sample could not be drawn" />}
    </Stack>
  );
}
