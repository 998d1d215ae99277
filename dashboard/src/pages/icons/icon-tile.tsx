import type { IconResult } from "@fovea/client";
import { Anchor, Group, Stack, Text } from "@mantine/core";
import { Picture } from "../../parts/picture.tsx";
import { filesOf } from "./icon-address.ts";
import classes from "./icons.module.css";

/** An icon of a set, or why there is none. */
export function IconTile({ icon }: { readonly icon: IconResult }) {
  const { metadata, error, success } = icon;
  const files = filesOf(icon);
  const largest = files.at(-1);
  const code = metadata["error_code"];
  return (
    <Stack gap={4} className={classes["tile"]}>
      {success && largest ? (
        <Picture src={largest.address} alt={`${metadata.category}, ${metadata.style}`} ratio={1} />
      ) : (
        <div className={classes["blank"]}>
          <Text size="xs" ta="center" lineClamp={6}>
            {error ?? "Not made"}
          </Text>
        </div>
      )}
      <Text size="sm" fw={500} lineClamp={2}>
        {metadata.category}
      </Text>
      <Text size="xs" c="dimmed">
        {success ? sourceOf(metadata) : `failed${typeof code === "string" ? `: ${code}` : ""}`}
      </Text>
      <Group gap={8}>
        {files.map(({ address, label }) => (
          <Anchor
            key={address}
            href={address}
            download
            size="xs"
            aria-label={`Download ${metadata.category}, ${metadata.style}, ${label}`}
          >
            {label}
          </Anchor>
        ))}
      </Group>
      {metadata.sizes_not_made && (
        <Text size="xs" c="dimmed">
          Not made, the picture is smaller: {metadata.sizes_not_made.join(", ")} px
        </Text>
      )}
    </Stack>
  );
}

/** Of which icon it was drawn, and how well that stands for the category; or by which model. */
function sourceOf(metadata: IconResult["metadata"]): string {
  const { style, provider, model, icons, matched } = metadata;
  const [main] = Array.isArray(icons) ? icons : [];
  if (provider !== "local") return [style, model ?? provider].filter(Boolean).join(", ");
  if (matched === "none") return `${style}, nothing fits: a neutral icon`;
  if (matched === "near") return `${style}, the nearest: “${String(main)}”`;
  return typeof main === "string" ? `${style}, “${main}”` : style;
}
