import type { GetQuotasData, RestoreKeysData } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { Alert, Button, Group, Paper, Skeleton, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCheck, IconKey } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { counted, dateTime } from "../../parts/format.ts";
import { Section } from "../../parts/section.tsx";

/** Keys that a provider has refused for good, and groups that it has parked: tried again where somebody says so. */
export function Keys() {
  const fovea = useFovea();
  const queries = useQueryClient();
  const quotas = useQuery({
    queryKey: ["status", "quotas"],
    queryFn: async ({ signal }) =>
      (await fovea.get<{ readonly data: GetQuotasData }>("/admin/quotas", { query: { days: 7 }, signal }))
        .data,
  });
  const restore = useMutation({
    mutationFn: async (body: { readonly provider?: string; readonly key_id?: string }) =>
      (await fovea.post<{ readonly data: RestoreKeysData }>("/admin/quotas/restore", { json: body })).data,
    async onSuccess({ restored, unparked }) {
      notifications.show({
        message: `${counted(restored.length, "key")} and ${counted(unparked.length, "group")} are tried again.`,
      });
      await queries.invalidateQueries({ queryKey: ["status", "quotas"] });
    },
  });
  const refused = quotas.data ? troubles(quotas.data) : [];
  return (
    <Section
      title="Keys that rest"
      hint="After a key was unlocked again, or its account pays again. A new key needs no such thing, only a restart with it."
      actions={
        <Button variant="default" loading={restore.isPending} onClick={() => restore.mutate({})}>
          Try all again
        </Button>
      }
    >
      {quotas.isPending && <Skeleton height={100} />}
      {quotas.error && <ErrorNotice error={quotas.error} title="Keys cannot be shown" />}
      {restore.error && <ErrorNotice error={restore.error} title="They are not tried again" />}
      {quotas.data && quotas.data.providers.length === 0 && (
        <EmptyState title="No keys of providers" icon={<IconKey size={22} />}>
          Set one, such as GEMINI_API_KEYS, and start the service again.
        </EmptyState>
      )}
      {quotas.data && quotas.data.providers.length > 0 && refused.length === 0 && (
        <Alert color="teal" variant="light" icon={<IconCheck aria-hidden />}>
          Every key is in use, and no group rests.
        </Alert>
      )}
      {refused.map(({ id, title, reason, wish }) => (
        <Paper key={id} withBorder p="sm">
          <Group justify="space-between" align="flex-start">
            <Stack gap={2} flex={1}>
              <Text size="sm" fw={600}>
                {title}
              </Text>
              {reason && (
                <Text size="sm" c="dimmed">
                  {reason}
                </Text>
              )}
            </Stack>
            <Button
              size="xs"
              variant="default"
              loading={restore.isPending}
              onClick={() => restore.mutate(wish)}
              aria-label={`Try again: ${title}`}
            >
              Try again
            </Button>
          </Group>
        </Paper>
      ))}
    </Section>
  );
}

interface Trouble {
  readonly id: string;
  readonly title: string;
  readonly reason: string | null;
  readonly wish: { readonly provider?: string; readonly key_id?: string };
}

/** One key may be refused for several models of its provider, and comes back for all of them. */
function troubles({ providers }: GetQuotasData): readonly Trouble[] {
  const found = providers.flatMap(({ provider, groups }) =>
    groups.flatMap(({ name, keys, parked_until, parked_reason }): Trouble[] => [
      ...keys
        .filter(({ usable }) => !usable)
        .map(({ key_id, label, last_error }) => ({
          ...{ id: key_id, title: `Key ${label} of ${provider}` },
          ...{ reason: last_error?.reason ?? null, wish: { key_id } },
        })),
      ...(parked_until === null
        ? []
        : [
            {
              ...{ id: `${provider} ${name}`, title: `Group ${name} of ${provider}` },
              reason: `Rests until ${dateTime(parked_until)}. ${parked_reason ?? ""}`,
              wish: { provider },
            },
          ]),
    ]),
  );
  return [...new Map(found.map((each) => [each.id, each])).values()];
}
