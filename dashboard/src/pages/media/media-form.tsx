import {
  Alert,
  Button,
  Collapse,
  Group,
  Paper,
  Select,
  SimpleGrid,
  Stack,
  Text,
  Textarea,
} from "@mantine/core";
import { IconAlertTriangle, IconChevronDown, IconSparkles } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { CodeButton } from "../../parts/code-button.tsx";
import { useSnippetService } from "../../parts/snippet-service.ts";
import { CostNote } from "./cost-note.tsx";
import { bodyOf, missingIn, mostPromptCharacters, rulesOf, type Value, type Wish } from "./form-values.ts";
import type { MediaModel } from "./media-models.ts";
import { mediaSnippets } from "./media-snippets.ts";
import { ParameterField } from "./parameter-field.tsx";
import { SizeField } from "./size-field.tsx";

interface MediaFormProps {
  readonly models: readonly MediaModel[];
  readonly wish: Wish;
  readonly onChange: (wish: Wish) => void;
  readonly busy: boolean;
  readonly onSubmit: () => void;
}

const sizeNames = new Set(["width", "height", "aspect_ratio"]);
/** What most people set; all else is behind a button. */
const firstNames = new Set(["num_outputs", "output_format"]);

export function MediaForm({ models, wish, onChange, busy, onSubmit }: MediaFormProps) {
  const [more, setMore] = useState(false);
  const service = useSnippetService(false);
  const model = models.find(({ name, usual }) => (wish.model === null ? usual : name === wish.model));
  const rules = rulesOf(model);
  const missing = missingIn(model, wish.values);
  const setValues = (changed: Readonly<Record<string, Value | undefined>>) => {
    const entries = Object.entries({ ...wish.values, ...changed });
    const said = entries.filter((entry): entry is [string, Value] => entry[1] !== undefined);
    onChange({ ...wish, values: Object.fromEntries(said) });
  };
  const field = (rule: (typeof rules)[number]) => (
    <ParameterField
      key={rule.name}
      rule={rule}
      value={wish.values[rule.name]}
      onChange={(value) => setValues({ [rule.name]: value })}
    />
  );
  const others = rules.filter(({ name }) => !sizeNames.has(name) && !firstNames.has(name));
  const required = others.filter((rule) => rule.required);
  const optional = others.filter((rule) => !rule.required);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Paper withBorder p="md" component="form" onSubmit={submit} aria-label="Make a picture">
      <Stack gap="md">
        <Textarea
          label="Prompt"
          description="What is to be seen, in your own words."
          required
          autosize
          minRows={3}
          maxRows={10}
          maxLength={mostPromptCharacters}
          value={wish.prompt}
          onChange={(event) => onChange({ ...wish, prompt: event.currentTarget.value })}
          inputWrapperOrder={["label", "description", "input", "error"]}
        />
        <Select
          label="Model"
          data={modelChoices(models, wish.model)}
          value={model?.name ?? wish.model}
          onChange={(name) => name !== null && onChange({ ...wish, model: name })}
          allowDeselect={false}
          searchable={models.length > 8}
          nothingFoundMessage="No model of this name"
          placeholder="Choose one"
        />
        {model?.shutdown_date && (
          <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} p="xs">
            Its provider takes this model away on {model.shutdown_date}.
          </Alert>
        )}
        <SizeField model={model} rules={rules} values={wish.values} onChange={setValues} />
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          {rules.filter(({ name }) => firstNames.has(name)).map(field)}
        </SimpleGrid>
        {required.map(field)}
        {optional.length > 0 && (
          <>
            <Button
              variant="subtle"
              size="compact-sm"
              justify="flex-start"
              leftSection={<IconChevronDown size={16} aria-hidden />}
              aria-expanded={more}
              onClick={() => setMore(!more)}
            >
              {more ? "Fewer parameters" : `More parameters (${optional.length})`}
            </Button>
            <Collapse expanded={more}>
              <SimpleGrid cols={{ base: 1, xs: 2 }}>{optional.map(field)}</SimpleGrid>
            </Collapse>
          </>
        )}
        {model && <CostNote model={model} values={wish.values} />}
        {missing.length > 0 && <Text size="sm">This model needs {missing.join(", ")}.</Text>}
        <Group justify="space-between">
          <Button
            type="submit"
            loading={busy}
            disabled={wish.prompt.trim() === "" || missing.length > 0 || (!model && wish.model === null)}
            leftSection={<IconSparkles size={18} aria-hidden />}
          >
            Make it
          </Button>
          <CodeButton title="The same job as code" snippets={mediaSnippets(bodyOf(wish, model), service)} />
        </Group>
      </Stack>
    </Paper>
  );
}

/** Also one that is not listed: programs may name other models, and it is made again with the same. */
function modelChoices(models: readonly MediaModel[], chosen: string | null) {
  const listed = models.map(({ name, usual }) => ({ value: name, label: usual ? `${name} (usual)` : name }));
  if (chosen === null || models.some(({ name }) => name === chosen)) return listed;
  return [...listed, { value: chosen, label: chosen }];
}
