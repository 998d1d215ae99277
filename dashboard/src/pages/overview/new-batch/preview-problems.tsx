import type { PreviewBatchData } from "@fovea/client";
import { Alert, Code, List, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { counted } from "../../../parts/format.ts";

/** Rows that cannot succeed by what to do about them, and rows that are there twice. */
export function PreviewProblems({ preview }: { readonly preview: PreviewBatchData }) {
  const { problems, invalid_urls, duplicate_urls, total_urls, partial } = preview;
  const within = partial ? " of those looked at" : "";
  return (
    <>
      {problems.length > 0 && (
        <Alert
          variant="default"
          icon={<IconAlertTriangle color="var(--mantine-color-orange-text)" aria-hidden />}
          title={`${counted(invalid_urls, "row")}${within} ${invalid_urls === 1 ? "has" : "have"} no address`}
        >
          <Stack gap="xs">
            <List size="sm" spacing={6}>
              {problems.map(({ code, count, sentence, fix, examples }) => (
                <List.Item key={code}>
                  <b>{counted(count, "row")}:</b> {sentence} {fix}
                  <Text size="sm" c="dimmed" component="div">
                    {count > examples.length ? "Such as line " : "Line "}
                    {examples.map(({ row, line, value }, index) => (
                      <span key={row}>
                        {index > 0 && ", line "}
                        {line}
                        {value !== "" && (
                          <>
                            {" "}
                            <Code>{value}</Code>
                          </>
                        )}
                      </span>
                    ))}
                  </Text>
                </List.Item>
              ))}
            </List>
            <Text size="sm">{consequence(total_urls - invalid_urls, invalid_urls)}</Text>
          </Stack>
        </Alert>
      )}
      {duplicate_urls > 0 && (
        <Text size="sm" c="dimmed">
          {counted(duplicate_urls, "row")}
          {within} {duplicate_urls === 1 ? "repeats" : "repeat"} an address of a row before: each picture is
          looked at once, and every row gets the answer.
        </Text>
      )}
    </>
  );
}

/** What becomes of them if nothing is mended. */
const consequence = (good: number, bad: number) =>
  `If you start as it is, the other ${counted(good, "row")} ${good === 1 ? "is" : "are"} worked on; ` +
  `${bad === 1 ? "this one fails" : `these ${bad} fail`} as invalid_url, ${bad === 1 ? "costs" : "cost"} nothing, and ${bad === 1 ? "stays" : "stay"} in the export.`;
