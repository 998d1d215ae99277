import type { CachedIcon } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { Anchor, Button, Group, Skeleton, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconPhoto, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { bytes, counted } from "../../parts/format.ts";
import { Picture } from "../../parts/picture.tsx";
import { endingOf, iconAddress } from "./icon-address.ts";
import classes from "./icons.module.css";

/** As many as the API gives at once; who has more looks for theirs by category there. */
const mostFiles = 1_000;
const shownAtOnce = 48;

/** Files of all icons that are kept, newest first. */
export function KeptIcons() {
  const fovea = useFovea();
  const [search, setSearch] = useState("");
  const [shown, setShown] = useState(shownAtOnce);
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["cached-icons"],
    queryFn: ({ signal }) =>
      fovea.get<CachedIcon[]>("/api/icons/cached", { query: { limit: mostFiles }, signal }),
  });
  const words = search.trim().toLowerCase();
  const found = data?.filter(({ filename, category }) =>
    `${category} ${category.replaceAll("_", " ")} ${filename}`.toLowerCase().includes(words),
  );
  return (
    <Stack gap="sm" component="section" aria-label="Icons that are kept">
      <Group justify="space-between">
        <Title order={2}>Icons</Title>
        <TextInput
          size="xs"
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
            setShown(shownAtOnce);
          }}
          placeholder="Search by category"
          aria-label="Search the icons by category"
          leftSection={<IconSearch size={14} aria-hidden />}
        />
      </Group>
      {isPending && <Skeleton height={160} />}
      {error && (
        <ErrorNotice error={error} title="The icons could not be read" onRetry={() => void refetch()} />
      )}
      {data && data.length === 0 && (
        <EmptyState title="No icons yet" icon={<IconPhoto />}>
          Each icon is kept, and is the answer when the same is asked for again: at once, and without cost.
        </EmptyState>
      )}
      {found && found.length === 0 && words !== "" && (
        <EmptyState
          title="No icon has such a category"
          action={
            <Button size="xs" variant="default" onClick={() => setSearch("")}>
              Clear the search
            </Button>
          }
        />
      )}
      {found && found.length > 0 && (
        <>
          <ul className={classes["grid"]} aria-label="Files, newest first">
            {found.slice(0, shown).map((file) => (
              <li key={file.path}>
                <KeptIcon file={file} />
              </li>
            ))}
          </ul>
          <Group justify="center">
            <Text size="sm" c="dimmed" className="numbers">
              {Math.min(shown, found.length)} of {counted(found.length, "file")}
              {data?.length === mostFiles ? `, among the newest ${mostFiles}` : ""}
            </Text>
            {found.length > shown && (
              <Button size="xs" variant="default" onClick={() => setShown(shown + shownAtOnce)}>
                Show more
              </Button>
            )}
          </Group>
        </>
      )}
    </Stack>
  );
}

function KeptIcon({ file }: { readonly file: CachedIcon }) {
  const address = iconAddress(file.url);
  const words = file.category.replaceAll("_", " ");
  const ending = endingOf(file.filename);
  return (
    <Stack gap={4} className={classes["tile"]}>
      <Picture src={address} alt={words} ratio={1} />
      <Text size="sm" fw={500} lineClamp={2}>
        {words}
      </Text>
      <Group justify="space-between" gap={4}>
        <Text size="xs" c="dimmed" className="numbers">
          {bytes(file.size)}
        </Text>
        <Anchor href={address} download={file.filename} size="xs" aria-label={`Download ${words}, ${ending}`}>
          {ending}
        </Anchor>
      </Group>
    </Stack>
  );
}
