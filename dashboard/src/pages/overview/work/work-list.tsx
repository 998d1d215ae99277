import { Anchor, Button, Center, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconStack2 } from "@tabler/icons-react";
import { EmptyState } from "../../../parts/empty-state.tsx";
import { ErrorNotice, signInAddress } from "../../../parts/error-notice.tsx";
import { count } from "../../../parts/format.ts";
import { LiveBadge } from "../../../parts/live-badge.tsx";
import { isRefusal } from "./is-refusal.ts";
import { kindWords } from "./kind-words.ts";
import type { Work } from "./use-work.ts";
import classes from "./work.module.css";
import { type WorkItem, workKinds } from "./work-item.ts";
import { WorkRow } from "./work-row.tsx";

/** What the service works on, and what it has done, whatever it is. */
export function WorkList({ work }: { readonly work: Work }) {
  const { underWay, ended, isPending, missing, live } = work;
  const isEmpty = underWay.length + ended.length === 0;
  const failures = missing.filter(({ error }) => !isRefusal(error));
  // What is refused was answered.
  const isLost = failures.length > 0 && missing.length === workKinds.length;
  return (
    <Stack component="section" gap="sm" aria-labelledby="work">
      <Group justify="space-between" gap="sm">
        <Title order={2} id="work">
          Work
        </Title>
        <LiveBadge live={live} lost={isLost} />
      </Group>
      {isLost
        ? failures
            .slice(0, 1)
            .map(({ kind, error, retry }) => (
              <ErrorNotice key={kind} error={error} title="The service does not answer" onRetry={retry} />
            ))
        : failures.map(({ kind, error, retry }) => (
            <ErrorNotice
              key={kind}
              error={error}
              title={`${kindWords[kind].plural} cannot be listed`}
              onRetry={retry}
            />
          ))}
      {isPending && isEmpty && (
        <Stack gap={6} aria-busy="true" aria-label="Reading the list">
          {[1, 2, 3].map((each) => (
            <Skeleton key={each} height={52} />
          ))}
        </Stack>
      )}
      {!isPending && isEmpty && failures.length === 0 && (
        <EmptyState title="Nothing here yet" icon={<IconStack2 size={24} />}>
          Batches, icons, pictures and catalogs appear here as soon as there are any. Drop a CSV above to
          begin.
        </EmptyState>
      )}
      {underWay.length > 0 && <Items title={`Under way (${count(underWay.length)})`} items={underWay} />}
      {ended.length > 0 && <Items title="Recent" items={ended} />}
      <Refused work={work} />
      {work.hasMore && (
        <Center>
          <Button variant="default" size="sm" loading={work.isReadingOn} onClick={work.readOn}>
            Show more
          </Button>
        </Center>
      )}
    </Stack>
  );
}

function Items({ title, items }: { readonly title: string; readonly items: readonly WorkItem[] }) {
  return (
    <div>
      <Title order={3} className={classes["group"]}>
        {title}
      </Title>
      <ul className={classes["list"]}>
        {items.map((item) => (
          <WorkRow key={item.id} item={item} />
        ))}
      </ul>
    </div>
  );
}

/** What asks for a credential that this browser has not: said, so that nobody looks for it in vain. */
function Refused({ work: { missing } }: { readonly work: Work }) {
  const refused = missing.filter(({ error }) => isRefusal(error)).map(({ kind }) => kindWords[kind].plural);
  if (refused.length === 0) return null;
  return (
    <Text size="sm" c="dimmed">
      Not listed: {refused.join(", ")}, which ask for a credential.{" "}
      <Anchor size="sm" href={signInAddress()} underline="always">
        Sign in
      </Anchor>
    </Text>
  );
}
