import type { Logger } from "pino";
import type { Events } from "../../platform/events/events.ts";
import type { PublishedEvent } from "../../platform/events/live-event.ts";
import { createTeller } from "../../platform/events/teller.ts";
import { mostUnderWay, type Topic } from "../../platform/events/topics.ts";
import { type AnswersOptions, createAnswers } from "./answers.ts";
import type { JobState, MediaJob } from "./job.ts";
import { jobsUnderWay, readJob } from "./job-store.ts";

export interface JobEventsOptions extends AnswersOptions {
  readonly events: Pick<Events, "publish">;
  readonly log: Pick<Logger, "warn">;
}

/** Told once what has become of it is committed. */
export interface JobEvents {
  readonly topic: Topic;
  created(id: string): void;
  /** It may be further than it was, or wait for another try. */
  wentOn(id: string): void;
  ended(id: string): void;
  /** Tells what waits. To be called when nothing works any more, and before the database is closed. */
  close(): Promise<void>;
}

const prefix = "media";

/** Live events of media jobs. The data of each is what `GET /api/v1/jobs/status/{id}` tells. */
export function createJobEvents({ events, log, ...options }: JobEventsOptions): JobEvents {
  const { database } = options;
  const answersOf = createAnswers(options);

  /** With addresses as the caller knows this service, which is also how its webhook has them. */
  async function dataOf(jobs: readonly MediaJob[]) {
    const answers = [...Map.groupBy(jobs, ({ baseUrl }) => baseUrl)].map(([base, some]) =>
      answersOf(some, base),
    );
    const byId = new Map((await Promise.all(answers)).flat().map((data) => [data.id, data]));
    return jobs.flatMap(({ id }) => byId.get(id) ?? []);
  }

  async function tell(id: string, facts: readonly ("created" | "ended")[]): Promise<void> {
    const job = await readJob(database.sql, id);
    if (!job) return;
    const [data] = await dataOf([job]);
    const publish = (event: Omit<PublishedEvent, "data">) =>
      events.publish(`${prefix}/${id}`, { ...event, data }, { owner: job.owner });
    if (facts.includes("created")) publish({ name: "job_created" });
    const end = ends[job.state];
    if (end === undefined) publish({ name: "job_progress", kind: "progress" });
    // Whoever ended it tells of it, and nobody else who reads that it has ended.
    else if (facts.includes("ended")) publish({ name: end, kind: "end" });
  }

  const teller = createTeller({ tell, log });
  return {
    topic: {
      prefix,
      // Jobs belong to the installation: who may ask this service may read them all.
      async snapshot(id) {
        const job = await readJob(database.sql, id);
        const [data] = job ? await dataOf([job]) : [];
        return data ?? null;
      },
      async underWay(owner) {
        const jobs = await jobsUnderWay(database.sql, owner, mostUnderWay);
        return (await dataOf(jobs)).map((data) => ({ id: data.id, data }));
      },
    },
    created: (id) => teller.now(id, "created"),
    wentOn: (id) => teller.soon(id),
    ended: (id) => teller.now(id, "ended"),
    close: teller.close,
  };
}

const ends: Readonly<Partial<Record<JobState, string>>> = {
  completed: "job_completed",
  failed: "job_failed",
  cancelled: "job_cancelled",
};
