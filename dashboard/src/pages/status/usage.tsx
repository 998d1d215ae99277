import type { GetQuotasData } from "@fovea/client";
import { Paper, Table, Text } from "@mantine/core";
import { count, money } from "../../parts/format.ts";

/** What was asked with each key, by day. */
export function Usage({ usage }: Pick<GetQuotasData, "usage">) {
  return (
    <Paper withBorder>
      <Text fw={600} p="sm" pb={0}>
        The last seven days (UTC)
      </Text>
      <Table.ScrollContainer minWidth={680} type="native" tabIndex={0} role="group" aria-label="Use by day">
        <Table verticalSpacing={6} stickyHeader>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Day</Table.Th>
              <Table.Th>Provider</Table.Th>
              <Table.Th>Group and key</Table.Th>
              <Table.Th ta="right">Calls</Table.Th>
              <Table.Th ta="right">Tokens in</Table.Th>
              <Table.Th ta="right">Tokens out</Table.Th>
              <Table.Th ta="right">Cost, estimated</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {usage.map((each) => (
              <Table.Tr key={`${each.day} ${each.provider} ${each.group} ${each.key_id}`}>
                <Table.Td>{each.day}</Table.Td>
                <Table.Td>{each.provider}</Table.Td>
                <Table.Td>
                  {each.group} {each.label ?? ""}
                </Table.Td>
                <Table.Td ta="right">{count(each.calls)}</Table.Td>
                <Table.Td ta="right">{count(each.input_tokens)}</Table.Td>
                <Table.Td ta="right">{count(each.output_tokens)}</Table.Td>
                <Table.Td ta="right">
                  {each.estimated_cost_usd === null ? "not known" : money(each.estimated_cost_usd)}
                  {each.possibly_paid_twice > 0 && (
                    <Text size="xs" c="dimmed">
                      {count(each.possibly_paid_twice)} possibly paid twice
                    </Text>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}
