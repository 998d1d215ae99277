import { NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import type { Value } from "./form-values.ts";
import type { ParameterRule } from "./media-models.ts";
import { labelOf } from "./parameter-words.ts";

interface ParameterFieldProps {
  readonly rule: ParameterRule;
  readonly value: Value | undefined;
  /** Undefined leaves it to the model. */
  readonly onChange: (value: Value | undefined) => void;
}

/** One parameter of a model, as its rule says. */
export function ParameterField({ rule, value, onChange }: ParameterFieldProps) {
  const { name, type, minimum, maximum, step, required } = rule;
  const common = {
    label: labelOf(name),
    description: descriptionOf(rule),
    required,
    inputWrapperOrder: ["label", "input", "description", "error"] as (
      | "label"
      | "input"
      | "description"
      | "error"
    )[],
    placeholder: name === "seed" ? "Random" : String(rule.default ?? "Usual"),
  };
  if (type === "enum" || type === "boolean") {
    const choices = type === "boolean" ? [true, false] : (rule.values ?? []);
    return (
      <Select
        {...common}
        data={choices.map((each) => ({ value: String(each), label: wordOf(each) }))}
        value={value === undefined ? null : String(value)}
        onChange={(text) => onChange(choices.find((each) => String(each) === text))}
        clearable={!required}
        placeholder={wordOf(rule.default ?? "Usual")}
        comboboxProps={{ withinPortal: true }}
      />
    );
  }
  if (type === "string") {
    const text = { value: String(value ?? ""), maxLength: rule.max_length ?? 2_000 };
    const change = (given: string) => onChange(given === "" ? undefined : given);
    return name === "negative_prompt" ? (
      <Textarea
        {...common}
        {...text}
        autosize
        minRows={1}
        maxRows={4}
        onChange={(event) => change(event.currentTarget.value)}
      />
    ) : (
      <TextInput {...common} {...text} onChange={(event) => change(event.currentTarget.value)} />
    );
  }
  return (
    <NumberInput
      {...common}
      value={typeof value === "number" ? value : ""}
      onChange={(given) => onChange(typeof given === "number" ? given : undefined)}
      {...(minimum !== undefined && { min: minimum })}
      {...(maximum !== undefined && { max: maximum })}
      step={step ?? (type === "integer" ? 1 : 0.1)}
      allowDecimal={type === "number"}
      thousandSeparator={false}
      clampBehavior="blur"
      hideControls={name === "seed"}
    />
  );
}

function descriptionOf({ description, minimum, maximum, type, name }: ParameterRule): string {
  const isNumber = type === "integer" || type === "number";
  const bounds =
    isNumber && name !== "seed" && minimum !== undefined && maximum !== undefined
      ? `${minimum} to ${maximum}.`
      : "";
  return [description, bounds].filter(Boolean).join(" ");
}

const wordOf = (value: Value): string => (value === true ? "Yes" : value === false ? "No" : String(value));
