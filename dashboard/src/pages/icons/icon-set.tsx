import { NotFoundError } from "@fovea/client";
import { useFovea } from "@fovea/react";
import {
  Alert,
  Button,
  Group,
  Paper,
  Progress,
  Skeleton,
  Stack,
  Text,
  Title,
  VisuallyHidden,
} from "@mantine/core";
import { IconAlertTriangle, IconDownload } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { counted, timeAgo } from "../../parts/format.ts";
import { LiveBadge } from "../../parts/live-badge.tsx";
import { StatusBadge } from "../../parts/status-badge.tsx";
import { apiUrl } from "../../service/api-url.ts";
import { IconTile } from "./icon-tile.tsx";
import classes from "./icons.module.css";
import { type IconSet as Known, useIconSet } from "./use-icon-set.ts";

interface IconSetProps {
  readonly id: string;
  readonly onClose: () => void;
  /** For the browser's tab, while it goes on; null: the page's own. */
  readonly onTitle: (title: string | null) => void;
}

/** A set: how far it is, and its icons. */
export function IconSet({ id, onClose, onTitle }: IconSetProps) {
  const set = useIconSet(id);
  const { progress, error } = set;
  const done = progress ? progress.successful + progress.failed : 0;
  const title = progress && !set.isOver ? `${done}/${progress.total_icons} · Icons` : null;
  useEffect(() => {
    onTitle(title);
    return () => onTitle(null);
  }, [title, onTitle]);
  return (
    <Paper withBorder p="md" component="section" aria-label="This set">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2}>{progress ? counted(progress.total_icons, "icon") : "This set"}</Title>
          <Group gap="xs">
            {progress && !set.isOver && <LiveBadge live={set.live} lost={error != null} />}
            {progress && <StatusBadge status={progress.status} />}
            <Button size="xs" variant="default" onClick={onClose}>
              Close
            </Button>
          </Group>
        </Group>
        {error != null && (
          <ErrorNotice
            error={error}
            title={error instanceof NotFoundError ? "There is no such set" : "The set could not be read"}
            onRetry={set.refresh}
          />
        )}
        {!progress && error == null && <Skeleton height={200} />}
        {progress && <SetBody id={id} set={set} progress={progress} />}
      </Stack>
    </Paper>
  );
}

interface SetBodyProps {
  readonly id: string;
  readonly set: Known;
  readonly progress: NonNullable<Known["progress"]>;
}

function SetBody({ id, set: { result, isOver, refresh }, progress }: SetBodyProps) {
  const fovea = useFovea();
  const [cancelling, setCancelling] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const cancel = async () => {
    setCancelling(true);
    setError(null);
    try {
      await fovea.icons.batches.cancel(id);
    } catch (problem) {
      setError(problem);
    } finally {
      setCancelling(false);
      refresh();
    }
  };
  const icons = result?.results ?? [];
  const left = isOver ? 0 : Math.max(0, progress.total_icons - icons.length);
  return (
    <>
      <Group justify="space-between">
        <Text size="sm" className="numbers">
          {`${counted(progress.successful, "icon")} made, ${progress.failed} failed, of ${progress.total_icons}. `}
          {isOver ? `Begun ${timeAgo(progress.created_at)}.` : "You can leave this page."}
        </Text>
        <Group gap="xs">
          {!isOver && (
            <Button size="xs" variant="default" loading={cancelling} onClick={() => void cancel()}>
              Cancel
            </Button>
          )}
          {isOver && progress.successful > 0 && (
            <Button
              component="a"
              href={apiUrl(`/api/icons/batch/${id}/download`)}
              download={`icons-${id}.zip`}
              size="xs"
              leftSection={<IconDownload size={14} aria-hidden />}
            >
              Download ZIP
            </Button>
          )}
        </Group>
      </Group>
      {/* Read out at every tenth, and at the end. */}
      <VisuallyHidden role="status">
        {isOver
          ? `${progress.status}: ${progress.successful} made, ${progress.failed} failed`
          : `${Math.floor(progress.progress / 10) * 10} %`}
      </VisuallyHidden>
      {!isOver && <Progress value={progress.progress} aria-label="Progress of the set" />}
      {error !== null && <ErrorNotice error={error} title="It could not be cancelled" />}
      {progress.reason && (
        <Alert color="orange" icon={<IconAlertTriangle aria-hidden />}>
          {progress.reason}
        </Alert>
      )}
      <ul className={classes["grid"]} aria-label="Icons of this set">
        {icons.map((icon, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the place in the set is what tells two icons of a category apart
          <li key={at}>
            <IconTile icon={icon} />
          </li>
        ))}
        {Array.from({ length: Math.min(left, 24) }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: places that are still empty are all alike
          <li key={`left ${at}`} aria-hidden>
            <Skeleton style={{ aspectRatio: 1 }} />
          </li>
        ))}
      </ul>
    </>
  );
}
