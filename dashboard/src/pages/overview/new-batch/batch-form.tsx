import type { PreviewBatchData } from "@fovea/client";
import {
  Alert,
  Button,
  Collapse,
  Group,
  NumberInput,
  Paper,
  Select,
  SimpleGrid,
  Stack,
  TextInput,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconInfoCircle, IconPlayerPlay } from "@tabler/icons-react";
import { useState } from "react";
import { ErrorNotice } from "../../../parts/error-notice.tsx";
import { counted } from "../../../parts/format.ts";
import { useSetup } from "../../../service/use-setup.ts";
import { type BatchFields, optionsOf, questionOf, schemaProblem } from "./batch-fields.ts";
import { type ChosenFile, nameOfFile } from "./chosen-file.ts";
import { EstimateLine } from "./estimate-line.tsx";
import { modelLabel, NoKeyNote } from "./model-words.tsx";
import { MoreFields } from "./more-fields.tsx";
import { UploadProgress } from "./upload-progress.tsx";
import { useEstimate, useLoad } from "./use-estimate.ts";
import { useStartBatch } from "./use-start-batch.ts";

interface BatchFormProps {
  readonly chosen: ChosenFile;
  readonly preview: PreviewBatchData;
}

/** The settings of a batch, what it would cost with them, and its start. */
export function BatchForm({ chosen, preview }: BatchFormProps) {
  const { data: setup } = useSetup();
  const [more, { toggle }] = useDisclosure(false);
  const [given, setFields] = useState<BatchFields>({
    ...{ name: nameOfFile(chosen.file), model: "", maxCost: "" },
    ...{ lane: "online", cache: "use", instruction: "", schema: "" },
  });
  const { start, cancel, sent, error } = useStartBatch();
  const models = setup?.analysis.models ?? [];
  const fields = { ...given, model: given.model || (setup?.analysis.usual ?? models[0]?.name ?? "") };
  const model = models.find(({ name }) => name === fields.model);
  const change = (what: Partial<BatchFields>) => setFields({ ...given, ...what });
  const counting = useLoad(chosen, preview);
  const { load } = counting;
  const { estimate, error: notEstimated } = useEstimate(load, questionOf(fields, model));
  // What nobody knows the price of is not counted either.
  const isPriced = estimate?.estimated_cost_usd !== null;
  const ready = sent === null && model !== undefined && schemaProblem(fields.schema) === null;

  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
        <TextInput
          label="Name"
          value={fields.name}
          maxLength={255}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <Select
          label="Model"
          allowDeselect={false}
          value={fields.model}
          onChange={(name) => name !== null && change({ model: name })}
          data={models.map((each) => ({ value: each.name, label: modelLabel(each) }))}
        />
        {model && model.provider !== "local" && isPriced && (
          <NumberInput
            label="Pause at a cost of"
            placeholder="No limit"
            prefix="$"
            min={0}
            decimalScale={6}
            allowNegative={false}
            hideControls
            value={fields.maxCost}
            onChange={(value) => change({ maxCost: String(value) })}
          />
        )}
      </SimpleGrid>
      {model && <NoKeyNote model={model} />}
      <div>
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={toggle}
          aria-expanded={more}
          rightSection={<IconChevronDown size={16} aria-hidden style={more ? { rotate: "180deg" } : {}} />}
        >
          More
        </Button>
        <Collapse expanded={more}>
          <Paper withBorder p="sm" mt="xs">
            {model && <MoreFields fields={fields} onChange={change} model={model} />}
          </Paper>
        </Collapse>
      </div>
      {setup && setup.analysis.usual === null && (
        <Alert variant="default" icon={<IconInfoCircle aria-hidden />}>
          No model is the usual one here, so this batch names the one above. Set a key, or VISION_MODEL, to
          have one.
        </Alert>
      )}
      <EstimateLine
        load={load}
        estimate={estimate}
        error={counting.error ?? notEstimated}
        provider={model?.provider}
        lane={model?.batch_lane ? fields.lane : "online"}
      />
      {error !== null && <ErrorNotice error={error} title="The batch was not started" />}
      {sent && <UploadProgress sent={sent} onCancel={cancel} />}
      <Group>
        <Button
          leftSection={<IconPlayerPlay size={18} aria-hidden />}
          disabled={!ready}
          loading={sent !== null}
          onClick={() =>
            void start(chosen.file, optionsOf(isPriced ? fields : { ...fields, maxCost: "" }, model))
          }
        >
          {load ? `Start ${load.exact ? "" : "about "}${counted(load.rows, "row")}` : "Start this batch"}
        </Button>
      </Group>
    </Stack>
  );
}
