import { ColorInput, MultiSelect, NumberInput, Paper, Select, SimpleGrid, Stack } from "@mantine/core";
import type { Options } from "./use-prepared.ts";
import { providerName, type VisionModel } from "./vision-models.ts";

interface OptionsFormProps {
  readonly models: readonly VisionModel[];
  readonly chosen: readonly string[];
  readonly onChosen: (ids: readonly string[]) => void;
  readonly options: Options;
  readonly onOptions: (options: Options) => void;
}

const mostModels = 12;
const formats = ["JPEG", "PNG", "WEBP"] as const;

/** For whom, and how. */
export function OptionsForm({ models, chosen, onChosen, options, onOptions }: OptionsFormProps) {
  const set = (changed: Options) => {
    const said = Object.entries({ ...options, ...changed }).filter(([, value]) => value !== undefined);
    onOptions(Object.fromEntries(said));
  };
  const number = (value: string | number) => (typeof value === "number" ? value : undefined);
  const keeps = options.preserve_transparency;
  return (
    <Paper withBorder p="md" component="section" aria-label="Models and options">
      <Stack gap="sm">
        <MultiSelect
          label="Models"
          description={`Each gets the picture as it sees it best; up to ${mostModels} side by side.`}
          data={[...Map.groupBy(models, ({ provider }) => provider)].map(([provider, own]) => ({
            group: providerName(provider),
            items: own.map(({ id, label }) => ({ value: id, label })),
          }))}
          value={[...chosen]}
          onChange={onChosen}
          maxValues={mostModels}
          searchable
          clearable
          hidePickedOptions
          nothingFoundMessage="No model of this name"
          placeholder={chosen.length === 0 ? "Choose at least one" : ""}
          clearButtonProps={{ "aria-label": "Remove all models" }}
        />
        <SimpleGrid cols={{ base: 2, md: 5 }}>
          <Select
            label="Format"
            data={[...formats]}
            value={options.format ?? null}
            onChange={(value) => set({ format: formats.find((each) => each === value) })}
            placeholder="What suits"
            clearable
            clearButtonProps={{ "aria-label": "What suits" }}
          />
          <NumberInput
            label="Quality"
            placeholder="As it deserves"
            min={1}
            max={100}
            allowDecimal={false}
            clampBehavior="blur"
            value={options.quality ?? ""}
            onChange={(value) => set({ quality: within(number(value), 1, 100) })}
          />
          <NumberInput
            label="Longest side"
            placeholder="The model’s"
            min={10}
            max={8_000}
            step={64}
            allowDecimal={false}
            clampBehavior="blur"
            value={options.max_dimension ?? ""}
            onChange={(value) => set({ max_dimension: within(number(value), 10, 8_000) })}
          />
          <Select
            label="Transparency"
            data={[
              { value: "true", label: "Keep" },
              { value: "false", label: "Flatten" },
            ]}
            value={keeps === undefined ? null : String(keeps)}
            onChange={(value) =>
              set({ preserve_transparency: value === null ? undefined : value === "true" })
            }
            placeholder="What suits"
            clearable
            clearButtonProps={{ "aria-label": "What suits" }}
          />
          <ColorInput
            label="Background"
            description={null}
            placeholder="#FFFFFF"
            format="hex"
            value={options.background_color ?? ""}
            onChange={(value) =>
              set({ background_color: /^#[0-9a-f]{6}$/i.test(value) ? value.toUpperCase() : undefined })
            }
            eyeDropperButtonProps={{ "aria-label": "Pick a colour from the screen" }}
          />
        </SimpleGrid>
      </Stack>
    </Paper>
  );
}

/** While somebody types, a number may not be there yet. */
const within = (value: number | undefined, least: number, most: number) =>
  value !== undefined && value >= least && value <= most ? value : undefined;
