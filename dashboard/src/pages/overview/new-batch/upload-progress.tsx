import { Button, Group, Progress, Stack, Text, VisuallyHidden } from "@mantine/core";
import { bytes } from "../../../parts/format.ts";
import type { Sent } from "./fetch-with-progress.ts";

interface UploadProgressProps {
  readonly sent: Sent;
  readonly onCancel: () => void;
}

const stored = "Sent. The rows are being stored.";

/** How much of the file has left; then the service stores its rows. */
export function UploadProgress({ sent: { loaded, total }, onCancel }: UploadProgressProps) {
  const isThrough = loaded >= total && total > 0;
  const share = total > 0 ? (loaded / total) * 100 : 0;
  return (
    <Stack gap={4}>
      <Progress.Root>
        <Progress.Section value={share} aria-label="Upload" animated={isThrough} striped={isThrough} />
      </Progress.Root>
      <Group justify="space-between">
        <Text size="sm" className="numbers">
          {isThrough ? stored : `${bytes(loaded)} of ${bytes(total)} sent`}
        </Text>
        <VisuallyHidden role="status">
          {isThrough ? stored : `${Math.floor(share / 10) * 10} % sent`}
        </VisuallyHidden>
        <Button variant="subtle" size="compact-sm" onClick={onCancel}>
          Stop the upload
        </Button>
      </Group>
    </Stack>
  );
}
