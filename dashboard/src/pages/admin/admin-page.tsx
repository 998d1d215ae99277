import { Stack, Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Page } from "../../parts/page.tsx";
import { AuditLog } from "./audit-log.tsx";
import { CleanUp } from "./clean-up.tsx";
import { Configuration } from "./configuration.tsx";
import { Keys } from "./keys.tsx";
import { ResetBatch } from "./reset-batch.tsx";
import { Retention } from "./retention.tsx";

const tabs = [
  ["work", "Batches"],
  ["keys", "Keys"],
  ["configuration", "Configuration"],
  ["audit", "Audit log"],
] as const;

/** A hand on what others have begun, and what the service runs with. */
export function AdminPage() {
  const navigate = useNavigate();
  const { tab } = useSearch({ from: "/admin" });
  const [chosen] = tabs.find(([name]) => name === tab) ?? tabs[0];
  return (
    <Page title="Administration">
      <Tabs
        value={chosen}
        onChange={(next) => void navigate({ to: "/admin", search: next === null ? {} : { tab: next } })}
        keepMounted={false}
      >
        <Tabs.List mb="lg">
          {tabs.map(([name, label]) => (
            <Tabs.Tab key={name} value={name}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="work">
          <Stack gap="xl">
            <CleanUp />
            <ResetBatch />
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="keys">
          <Keys />
        </Tabs.Panel>
        <Tabs.Panel value="configuration">
          <Stack gap="xl">
            <Retention />
            <Configuration />
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="audit">
          <AuditLog />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
