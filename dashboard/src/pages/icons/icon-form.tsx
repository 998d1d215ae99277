import {
  Button,
  Group,
  Input,
  MultiSelect,
  NumberInput,
  Paper,
  SegmentedControl,
  Select,
  SimpleGrid,
  Stack,
  TagsInput,
  Text,
} from "@mantine/core";
import { IconSparkles } from "@tabler/icons-react";
import type { FormEvent } from "react";
import { CodeButton } from "../../parts/code-button.tsx";
import { counted } from "../../parts/format.ts";
import { useSnippetService } from "../../parts/snippet-service.ts";
import { CategoryField } from "./category-field.tsx";
import { iconSnippets } from "./icon-snippets.ts";
import {
  colorSchemes,
  type IconWish,
  iconFormats,
  iconStyles,
  iconsIn,
  mostElements,
  sizesOf,
  usualSizes,
} from "./icon-wish.ts";

interface IconFormProps {
  readonly wish: IconWish;
  readonly onChange: (wish: IconWish) => void;
  /** What makes them; null: they are drawn here. Undefined until it is known. */
  readonly model: string | null | undefined;
  readonly busy: boolean;
  readonly onSubmit: () => void;
}

export function IconForm({ wish, onChange, model, busy, onSubmit }: IconFormProps) {
  const service = useSnippetService(true);
  const set = (changed: Partial<IconWish>) => onChange({ ...wish, ...changed });
  const icons = iconsIn(wish);
  const formats = iconFormats.filter((format) => format !== "svg" || !model);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Paper withBorder p="md" component="form" onSubmit={submit} aria-label="Make icons">
      <Stack gap="md">
        <CategoryField value={wish.categories} onChange={(categories) => set({ categories })} />
        {wish.categories.length === 1 && (
          <TagsInput
            label="To be seen"
            description="In place of what is usual for the category."
            value={[...wish.elements]}
            onChange={(elements) => set({ elements: elements.map((each) => each.slice(0, 60)) })}
            maxTags={mostElements}
            splitChars={[",", ";"]}
            clearButtonProps={{ "aria-label": "Remove all" }}
            acceptValueOnBlur
          />
        )}
        <SimpleGrid cols={{ base: 1, xs: 2, md: 1, xl: 2 }}>
          <Select
            label="Style"
            data={iconStyles.map((style) => ({ value: style, label: capitalised(style) }))}
            value={wish.style}
            allowDeselect={false}
            onChange={(value) => set({ style: iconStyles.find((each) => each === value) ?? wish.style })}
          />
          <Select
            label="Colours"
            data={Object.entries(colorSchemes).map(([value, label]) => ({ value, label }))}
            value={wish.colorScheme}
            allowDeselect={false}
            onChange={(value) => set({ colorScheme: isScheme(value) ? value : wish.colorScheme })}
          />
        </SimpleGrid>
        <div>
          <Input.Label component="div" id="icon-format">
            Format
          </Input.Label>
          <SegmentedControl
            fullWidth
            data={formats.map((format) => ({ value: format, label: format.toUpperCase() }))}
            value={wish.format}
            onChange={(value) => set({ format: formats.find((each) => each === value) ?? "png" })}
            aria-labelledby="icon-format"
          />
        </div>
        {wish.format !== "svg" && (
          <MultiSelect
            label="Sizes"
            description={
              wish.format === "ico"
                ? "16, 32, 48 and 256 in one file, unless you choose."
                : "A file for each; none: as it is made."
            }
            data={usualSizes
              .filter((size) => wish.format !== "ico" || size <= 256)
              .map((size) => ({ value: String(size), label: `${size} px` }))}
            value={sizesOf(wish).map(String)}
            onChange={(values) => set({ sizes: values.map(Number).toSorted((one, other) => one - other) })}
            maxValues={10}
            searchable
            nothingFoundMessage="No such size"
            placeholder={sizesOf(wish).length === 0 ? "As made" : ""}
            clearButtonProps={{ "aria-label": "No sizes" }}
          />
        )}
        <NumberInput
          label="Variations of each"
          description="The second has the next style, and so on."
          min={1}
          max={10}
          allowDecimal={false}
          clampBehavior="strict"
          value={wish.variations}
          onChange={(value) => set({ variations: typeof value === "number" ? Math.max(1, value) : 1 })}
        />
        <SourceNote model={model} />
        <Group justify="space-between">
          <Button
            type="submit"
            loading={busy}
            disabled={icons === 0}
            leftSection={<IconSparkles size={18} aria-hidden />}
          >
            {icons === 0 ? "Make icons" : `Make ${counted(icons, "icon")}`}
          </Button>
          <CodeButton
            title={icons === 1 ? "This icon as code" : "This set as code"}
            snippets={iconSnippets(wish, service)}
            disabled={icons === 0}
          />
        </Group>
      </Stack>
    </Paper>
  );
}

/** Who makes them, what that costs, and what may be done with them. */
function SourceNote({ model }: Pick<IconFormProps, "model">) {
  if (model === undefined) return null;
  return (
    <Text size="sm" c="dimmed">
      {model === null
        ? "Drawn here from Lucide, an open set of some 1,850 icons (ISC licence: free to use, also commercially). No model is asked, and nothing is paid. Words that the set does not have get the nearest icon, and are marked."
        : `Made by ${model}, at its price for pictures. What was made before for the same words costs nothing.`}
    </Text>
  );
}

const isScheme = (value: string | null): value is keyof typeof colorSchemes =>
  value !== null && Object.hasOwn(colorSchemes, value);

const capitalised = (word: string) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
