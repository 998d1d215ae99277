import { Accordion, Alert, Code, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { count, dateTime, duration, money } from "../../../parts/format.ts";
import type { BatchResultDetails } from "./batch-api.ts";
import { answerName, shown } from "./result-columns.tsx";
import classes from "./results.module.css";
import { useFailureFacts } from "./use-failure-facts.ts";

export interface ResultFactsProps {
  readonly result: BatchResultDetails;
  readonly columns: readonly string[] | null;
}

/** What came of a row, what it was made from, and what it took. */
export function ResultFacts({ result, columns }: ResultFactsProps) {
  const tokens =
    result.input_tokens === null
      ? null
      : `${count(result.input_tokens)} in, ${count(result.output_tokens ?? 0)} out`;
  return (
    <Stack gap="md">
      {!result.success && <Failure result={result} />}
      {result.analysis_result && (
        <Section title="Answer">
          <Facts
            facts={Object.entries(result.analysis_result).map(([key, value]) => [
              answerName(key),
              shown(value),
            ])}
          />
        </Section>
      )}
      <Section title="Uploaded row">
        <Facts
          facts={[
            ["Address", result.url],
            ...result.cells.map((cell, index) => [columns?.[index] || `Column ${index + 1}`, cell] as const),
          ]}
        />
      </Section>
      <Section title="How it came about">
        <Facts
          facts={[
            ["Model", result.gemini_model_used ?? ""],
            ["Tokens", tokens ?? ""],
            ["Cost", result.estimated_cost_usd === null ? "" : money(result.estimated_cost_usd)],
            ["From cache", result.cache_hit ? "yes, no model was asked for it" : "no"],
            ["Key", result.api_key_used ?? ""],
            ["Took", duration(result.processing_time_seconds)],
            ["Stored", dateTime(result.created_at)],
            ["Content (SHA-256)", result.content_hash ?? ""],
            ["Id", result.result_id],
          ]}
        />
      </Section>
      <Accordion variant="separated" multiple chevronPosition="left" keepMounted={false}>
        <Accordion.Item value="attempts">
          <Accordion.Control>{`Tries before this result (${result.attempts.length})`}</Accordion.Control>
          <Accordion.Panel>
            {result.attempts.length === 0 ? (
              <Text size="sm">The first try gave this result.</Text>
            ) : (
              <Facts
                facts={result.attempts.map(({ number, error_type, error_message, at, final }) => [
                  `Try ${number}`,
                  `${dateTime(at)} · ${error_type}${final ? " (the row had failed with it)" : ""}${
                    error_message ? `\n${error_message}` : ""
                  }`,
                ])}
              />
            )}
          </Accordion.Panel>
        </Accordion.Item>
        <Accordion.Item value="json">
          <Accordion.Control>Raw JSON</Accordion.Control>
          <Accordion.Panel>
            <Code block tabIndex={0} style={{ maxHeight: 400, overflow: "auto" }} aria-label="Raw JSON">
              {JSON.stringify(result, null, 2)}
            </Code>
          </Accordion.Panel>
        </Accordion.Item>
      </Accordion>
    </Stack>
  );
}

function Failure({ result }: { readonly result: BatchResultDetails }) {
  const facts = useFailureFacts().get(result.error_type ?? "");
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle aria-hidden />}
      title={facts?.sentence ?? "The row failed"}
    >
      <Stack gap={4}>
        <Text size="sm">{result.error_message}</Text>
        {facts && <Text size="sm">{`Likely cause: ${facts.cause}`}</Text>}
        {facts && <Text size="sm">{`What to do: ${facts.fix}`}</Text>}
        <Code w="fit-content">{result.error_type}</Code>
      </Stack>
    </Alert>
  );
}

const Section = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <section>
    <Title order={3} size="sm" mb={6}>
      {title}
    </Title>
    {children}
  </section>
);

/** Names and values; of nothing a dash. */
const Facts = ({ facts }: { readonly facts: readonly (readonly [name: string, value: string])[] }) => (
  <dl className={classes["facts"]}>
    {facts.map(([name, value], index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: two columns of a file may have one name, and they keep their order
      <Fact key={index} name={name} value={value} />
    ))}
  </dl>
);

const Fact = ({ name, value }: { readonly name: string; readonly value: string }) => (
  <>
    <dt>{name}</dt>
    <dd>{value || "–"}</dd>
  </>
);
