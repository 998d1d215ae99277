import { DatabaseSync } from "node:sqlite";

export interface Inbox {
  /** Stores an event before anything is done with it. @returns false where it has come before */
  take(id: string, body: string): boolean;
  /** What was taken and not finished, the oldest first: also what a crash has left. */
  unfinished(): readonly { readonly id: string; readonly body: string }[];
  finish(id: string): void;
}

/**
 * Events by their `webhook-id`, which is the same each time one is sent. A unique column decides whether one is new: two
 * requests at the same moment cannot both find that it is.
 */
export function openInbox(file: string): Inbox {
  const database = new DatabaseSync(file);
  database.exec(`
    create table if not exists events (
      id text primary key,
      body text not null,
      finished integer not null default 0
    ) strict
  `);
  const insert = database.prepare("insert into events (id, body) values (?, ?) on conflict do nothing");
  const select = database.prepare("select id, body from events where not finished order by rowid");
  const update = database.prepare("update events set finished = 1 where id = ?");
  return {
    take: (id, body) => insert.run(id, body).changes === 1,
    unfinished: () => select.all().map(({ id, body }) => ({ id: String(id), body: String(body) })),
    finish: (id) => void update.run(id),
  };
}
