import { Code, Input, SegmentedControl, Select, Stack, Text, Textarea } from "@mantine/core";
import { type BatchFields, type ChangeFields, schemaProblem } from "./batch-fields.ts";

interface MoreFieldsProps {
  readonly fields: BatchFields;
  readonly onChange: ChangeFields;
  readonly model: {
    readonly name: string;
    readonly reads_instruction: boolean;
    readonly batch_lane: boolean;
  };
}

const exampleSchema = `{
  "type": "object",
  "properties": {
    "is_open": { "type": "boolean" },
    "sign_text": { "type": "string" }
  }
}`;

/** What most batches do not need. */
export function MoreFields({ fields, onChange, model }: MoreFieldsProps) {
  return (
    <Stack gap="sm">
      {model.batch_lane && (
        <Input.Wrapper
          label="Lane"
          labelElement="div"
          labelProps={{ id: "lane" }}
          description="The batch lane costs about half, and answers within about a day."
        >
          <div>
            <SegmentedControl
              mt={6}
              aria-labelledby="lane"
              value={fields.lane}
              onChange={(lane) => onChange({ lane: lane === "batch" ? "batch" : "online" })}
              data={[
                { value: "online", label: "Online" },
                { value: "batch", label: "Batch lane" },
              ]}
            />
          </div>
        </Input.Wrapper>
      )}
      {model.reads_instruction ? (
        <>
          <Textarea
            label="Instruction"
            description="What the model is told instead of the usual question. Empty: store name, contact, text and description."
            autosize
            minRows={2}
            maxRows={12}
            maxLength={8_000}
            value={fields.instruction}
            onChange={(event) => onChange({ instruction: event.currentTarget.value })}
          />
          <Textarea
            label="Answer schema"
            description="JSON Schema of an object: its properties become columns of the export."
            placeholder={exampleSchema}
            autosize
            minRows={3}
            maxRows={16}
            spellCheck={false}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
            value={fields.schema}
            error={schemaProblem(fields.schema)}
            onChange={(event) => onChange({ schema: event.currentTarget.value })}
          />
        </>
      ) : (
        <Text size="sm" c="dimmed">
          <Code>{model.name}</Code> answers the usual question only: store name, contact, text and
          description. A question of your own needs a model that reads instructions.
        </Text>
      )}
      <Select
        label="What is known already"
        allowDeselect={false}
        value={fields.cache}
        onChange={(cache) =>
          onChange({ cache: cache === "revalidate" || cache === "refresh" ? cache : "use" })
        }
        data={[
          { value: "use", label: "Use it: the same picture is not paid for twice" },
          { value: "revalidate", label: "Ask each server whether its picture has changed" },
          { value: "refresh", label: "Fetch and analyze everything anew" },
        ]}
      />
    </Stack>
  );
}
