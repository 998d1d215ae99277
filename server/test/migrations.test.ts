import { expect, test } from "vitest";
import { readMigrations } from "../src/platform/database/migrate.ts";
import { migrationsFolder } from "../src/stored.ts";

/** From here on releases run beside each other while one replaces the other. */
const firstOfRollouts = 20;

/** What a program that does not know of it cannot notice. Whatever else a migration does has to say what it breaks. */
const adding = [
  /^create table (?!if not exists)/,
  // A unique one refuses rows that a program before it may write.
  /^create index (?!concurrently)/,
  /^alter table \S+ add column \S+ [a-z0-9_ ]+(\[\])?( not null default [^,]+| default [^,]+)?$/,
  /^create or replace view /,
  /^comment on /,
];

const statementsOf = (text: string) =>
  text
    .replace(/--.*$/gm, "")
    .split(";")
    .map((each) => each.trim().replace(/\s+/g, " "))
    .filter((each) => each !== "");

const onlyAdds = (statement: string) =>
  adding.some((form) => form.test(statement.toLowerCase())) &&
  !/ add column .* not null(?! default)/i.test(statement);

test("migrations only add, or say which programs they break", () => {
  const others = readMigrations(migrationsFolder)
    .filter(({ number, breaksBefore }) => number >= firstOfRollouts && breaksBefore === null)
    .flatMap(({ name, text }) => statementsOf(text).map((statement) => ({ name, statement })))
    .filter(({ statement }) => !onlyAdds(statement));
  expect(others).toEqual([]);
});

test.each([
  "drop table items",
  "alter table items rename column a to b",
  "alter table items alter column a type bigint",
  "alter table items alter a set data type bigint",
  "alter table items add column b int not null",
  "alter table items add b int not null",
  "alter table items add column a text check (a in ('x, y')) not null",
  "alter table items add constraint a check (b > 0)",
  "create unique index on items (a)",
  "revoke select on items from public",
  "delete from items",
])("%s is not taken for adding", (statement) => {
  expect(onlyAdds(statement)).toBe(false);
});

test.each([
  "alter table items add column b int",
  "alter table items add column b int[]",
  "alter table items add column b int not null default 0",
  "create table more (id int not null, a text check (a in ('x', 'y')))",
  "create index on items (a)",
  "create or replace view seen as select 1",
])("%s is taken for adding", (statement) => {
  expect(onlyAdds(statement)).toBe(true);
});
