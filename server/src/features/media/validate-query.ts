import { type JobState, jobStates } from "./job.ts";
import { nullable, oneOf, type Problem, problem, Refusal, validationFailed } from "./pydantic.ts";
import { fieldsOf } from "./pydantic-fields.ts";
import { integer } from "./pydantic-numbers.ts";
import { uuid } from "./pydantic-uuid.ts";

/** Which jobs are listed. */
interface ListQuery {
  /** From 1. */
  readonly page: number;
  /** 1 to 100. */
  readonly perPage: number;
  /** Null for all. */
  readonly status: JobState | null;
}

/** Further than anyone has jobs, and still a whole number when it is multiplied. */
const lastPage = 1_000_000_000;

/**
 * @param query as Fastify parses it
 * @throws {AppError} 422 with all problems
 */
export function readListQuery(query: unknown): ListQuery {
  const problems: Problem[] = [];
  const fields = fieldsOf(lastOfEach(query), ["query"], problems);
  const read: ListQuery = {
    page: fields.optional("page", integer({ min: 1, max: lastPage }), 1),
    perPage: fields.optional("per_page", integer({ min: 1, max: 100 }), 20),
    status: fields.optional("status", nullable(oneOf(jobStates)), null),
  };
  if (problems.length > 0) throw validationFailed(problems);
  return read;
}

/** Of a name that stands twice the last one counts, as in FastAPI. */
const lastOfEach = (query: unknown) =>
  Object.fromEntries(
    Object.entries(query ?? {}).map(([name, value]) => [name, Array.isArray(value) ? value.at(-1) : value]),
  );

/**
 * An id from a path, as lower case with hyphens.
 *
 * @param kind the name of the parameter
 * @throws {AppError} 422: what cannot be an id is not looked for
 */
export function readId(kind: "job_id" | "media_id", text: string): string {
  const id = uuid(text);
  if (id instanceof Refusal) throw validationFailed([problem(id, ["path", kind], text)]);
  return id;
}
