import { AppShell, NavLink, Stack, Text } from "@mantine/core";
import {
  IconActivity,
  IconAdjustments,
  IconBook2,
  IconCrop,
  IconIcons,
  IconLayoutDashboard,
  IconPackages,
  IconPhotoSpark,
} from "@tabler/icons-react";
import { Link, useLocation } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { apiUrl } from "../service/api-url.ts";

interface Place {
  readonly to: "/" | "/prepare" | "/media" | "/icons" | "/catalog" | "/system/status" | "/admin";
  readonly label: string;
  readonly Icon: ComponentType<{ size?: number }>;
}

const work: readonly Place[] = [
  { to: "/", label: "Overview", Icon: IconLayoutDashboard },
  { to: "/prepare", label: "Prepare", Icon: IconCrop },
  { to: "/media", label: "Media", Icon: IconPhotoSpark },
  { to: "/icons", label: "Icons", Icon: IconIcons },
  { to: "/catalog", label: "Catalog", Icon: IconPackages },
];

const service: readonly Place[] = [
  { to: "/system/status", label: "Status", Icon: IconActivity },
  { to: "/admin", label: "Administration", Icon: IconAdjustments },
];

export function Navigation({ version }: { readonly version: string | undefined }) {
  return (
    <>
      <AppShell.Section grow component="nav" aria-label="Pages">
        <Places places={work} />
        <Text size="xs" c="dimmed" px="sm" pt="md" pb={4}>
          Service
        </Text>
        <Places places={service} />
      </AppShell.Section>
      <AppShell.Section>
        <NavLink
          href={apiUrl("/docs/")}
          label="API reference"
          leftSection={<IconBook2 size={18} aria-hidden />}
        />
        {version && (
          <Text size="xs" c="dimmed" px="sm" pt={4}>
            Fovea {version}
          </Text>
        )}
      </AppShell.Section>
    </>
  );
}

function Places({ places }: { readonly places: readonly Place[] }) {
  const { pathname } = useLocation();
  return (
    <Stack gap={2}>
      {places.map(({ to, label, Icon }) => {
        // A batch is found from the overview.
        const active = pathname === to || (to === "/" && pathname.startsWith("/batch/"));
        return (
          <NavLink
            key={to}
            component={Link}
            to={to}
            label={label}
            active={active}
            {...(active ? { "aria-current": "page" as const } : {})}
            leftSection={<Icon size={18} aria-hidden />}
          />
        );
      })}
    </Stack>
  );
}
