import { Anchor, Progress, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Ago } from "../../../parts/ago.tsx";
import { count, counted, percent } from "../../../parts/format.ts";
import { StatusBadge } from "../../../parts/status-badge.tsx";
import { kindWords } from "./kind-words.ts";
import classes from "./work.module.css";
import type { WorkItem } from "./work-item.ts";

/** One piece of work: what it is, how it stands, and the way to it. */
export function WorkRow({ item }: { readonly item: WorkItem }) {
  const { one, Icon } = kindWords[item.kind];
  return (
    <li className={classes["row"]}>
      <span className={classes["icon"]} aria-hidden>
        <Icon size={20} />
      </span>
      <div className={classes["name"]}>
        <WorkLink item={item}>{item.name}</WorkLink>
        <Text size="xs" c="dimmed" lineClamp={2}>
          {one} · <Ago at={item.createdAt} />
          {item.note !== null && ` · ${item.note}`}
        </Text>
      </div>
      <div className={classes["progress"]}>
        {!item.isOver && (
          <Progress.Root size="sm">
            <Progress.Section value={item.percent} aria-label={`${item.name.slice(0, 80)}: progress`} />
          </Progress.Root>
        )}
        <Text size="sm" className="numbers">
          {countsOf(item)}
        </Text>
      </div>
      <div className={classes["state"]}>
        <StatusBadge status={item.state} />
      </div>
    </li>
  );
}

const plurals = { row: "rows", category: "categories", product: "products" } as const;

function countsOf({ counts, isOver, percent: share }: WorkItem): string {
  if (!counts) return isOver ? "" : percent(Math.round(share));
  const { noun, done, total, failed } = counts;
  const what = counted(total, noun, plurals[noun]);
  const progress = isOver && done === total ? what : `${count(done)} of ${what}`;
  return failed === null || failed === 0 ? progress : `${progress}, ${count(failed)} failed`;
}

function WorkLink({ item, children }: { readonly item: WorkItem; readonly children: ReactNode }) {
  const look = { className: classes["link"], lineClamp: 2, fw: 600, size: "sm" } as const;
  switch (item.kind) {
    case "analysis":
      return (
        <Anchor
          {...look}
          renderRoot={(root) => <Link to="/batch/$batchId" params={{ batchId: item.id }} {...root} />}
        >
          {children}
        </Anchor>
      );
    case "icons":
      return (
        <Anchor {...look} renderRoot={(root) => <Link to="/icons" search={{ batch: item.id }} {...root} />}>
          {children}
        </Anchor>
      );
    case "media":
      return (
        <Anchor {...look} renderRoot={(root) => <Link to="/media" search={{ job: item.id }} {...root} />}>
          {children}
        </Anchor>
      );
    case "catalog":
      return (
        <Anchor
          {...look}
          renderRoot={(root) => <Link to="/catalog" search={{ request: item.id }} {...root} />}
        >
          {children}
        </Anchor>
      );
  }
}
