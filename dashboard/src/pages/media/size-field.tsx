import { Group, NumberInput, Select, Stack, Text } from "@mantine/core";
import type { Value, Values } from "./form-values.ts";
import type { MediaModel, ParameterRule } from "./media-models.ts";
import { chosenSize, ownSize, sizeChoices, sizeValues } from "./size-choice.ts";

interface SizeFieldProps {
  readonly model: MediaModel | undefined;
  readonly rules: readonly ParameterRule[];
  readonly values: Values;
  readonly onChange: (values: Readonly<Record<string, Value | undefined>>) => void;
}

/** Width, height and aspect ratio as one question: models answer it in different ways. */
export function SizeField({ model, rules, values, onChange }: SizeFieldProps) {
  const choices = sizeChoices(model, rules);
  const chosen = chosenSize(model, values);
  const sides = rules.filter(({ name }) => name === "width" || name === "height");
  const note = sides[0]?.description;
  if (choices.length === 0) return null;
  return (
    <Stack gap="xs">
      <Select
        label="Size"
        data={choices.map(({ group, items }) => ({ group, items: [...items] }))}
        value={chosen}
        allowDeselect={false}
        searchable={choices.some(({ items }) => items.length > 12)}
        onChange={(choice) => choice !== null && onChange(sizeValues(choice, rules))}
      />
      {chosen === ownSize && (
        <>
          <Group grow align="flex-start">
            {sides.map(({ name, minimum, maximum, step = 1 }) => (
              <NumberInput
                key={name}
                label={name === "width" ? "Width" : "Height"}
                value={typeof values[name] === "number" ? values[name] : ""}
                onChange={(given) => onChange({ [name]: typeof given === "number" ? given : undefined })}
                {...(minimum !== undefined && { min: minimum })}
                {...(maximum !== undefined && { max: maximum })}
                step={step}
                allowDecimal={false}
                clampBehavior="blur"
              />
            ))}
          </Group>
          {note && (
            <Text size="xs" c="dimmed">
              {note}
            </Text>
          )}
        </>
      )}
    </Stack>
  );
}
