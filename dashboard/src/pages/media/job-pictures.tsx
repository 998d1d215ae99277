import type { MediaJob, MediaPicture } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { Alert, Button, Group, Stack, Text, UnstyledButton } from "@mantine/core";
import { IconDownload, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { bytes } from "../../parts/format.ts";
import { Picture } from "../../parts/picture.tsx";
import { formatsOf, previewAddress, shownAddress } from "./picture-address.ts";

interface JobPicturesProps {
  readonly job: MediaJob;
  readonly onChanged: () => Promise<void>;
}

/** The pictures of a job, one of them large. */
export function JobPictures({ job, onChanged }: JobPicturesProps) {
  const [chosen, setChosen] = useState(0);
  const pictures = job.media ?? [];
  const picture = pictures[Math.min(chosen, pictures.length - 1)];
  if (job.status !== "completed") return null;
  if (!picture) return <Text size="sm">All pictures of this job were deleted.</Text>;
  return (
    <Stack gap="xs">
      {picture.is_expired ? (
        <Alert color="gray">This picture has expired: the service keeps pictures for a time only.</Alert>
      ) : (
        <Picture
          src={shownAddress(picture)}
          alt={job.prompt.slice(0, 200)}
          ratio={picture.width / picture.height}
        />
      )}
      {pictures.length > 1 && (
        <Group gap="xs">
          {pictures.map((each, at) => (
            <UnstyledButton
              key={each.id}
              w={72}
              onClick={() => setChosen(at)}
              aria-label={`Picture ${at + 1} of ${pictures.length}`}
              aria-pressed={each === picture}
              style={{ outline: each === picture ? "2px solid var(--mantine-primary-color-filled)" : "none" }}
            >
              <Picture src={previewAddress(each)} alt="" ratio={1} fit="cover" />
            </UnstyledButton>
          ))}
        </Group>
      )}
      <PictureActions picture={picture} onChanged={onChanged} />
    </Stack>
  );
}

interface PictureActionsProps extends Pick<JobPicturesProps, "onChanged"> {
  readonly picture: MediaPicture;
}

function PictureActions({ picture, onChanged }: PictureActionsProps) {
  const fovea = useFovea();
  const [deleting, setDeleting] = useState(false);
  return (
    <Group justify="space-between">
      <Text size="sm" c="dimmed" className="numbers">
        {picture.width} × {picture.height}, {bytes(picture.file_size_bytes)}
        {picture.seed === undefined ? "" : `, seed ${picture.seed}`}
      </Text>
      <Group gap="xs">
        {!picture.is_expired &&
          formatsOf(picture).map(({ format, address }) => (
            <Button
              key={format}
              component="a"
              href={address}
              download={`${picture.id}.${format}`}
              size="xs"
              variant="default"
              leftSection={<IconDownload size={14} aria-hidden />}
              aria-label={`Download as ${format.toUpperCase()}`}
            >
              {format.toUpperCase()}
            </Button>
          ))}
        <Button
          size="xs"
          variant="default"
          leftSection={<IconTrash size={14} aria-hidden />}
          onClick={() => setDeleting(true)}
        >
          Delete
        </Button>
      </Group>
      <ConfirmDialog
        opened={deleting}
        title="Delete this picture"
        confirmLabel="Delete 1 picture"
        danger
        onConfirm={async () => {
          await fovea.media.delete(picture.id);
          await onChanged();
        }}
        onClose={() => setDeleting(false)}
      >
        Its bytes and all copies in other sizes are gone for good, and links to it lead to nothing. The job
        stays in the list.
      </ConfirmDialog>
    </Group>
  );
}
