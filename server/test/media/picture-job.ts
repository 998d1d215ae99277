import { expect } from "vitest";
import * as wire from "../../src/features/media/schema.ts";

export interface MadePicture {
  readonly jobId: string;
  readonly id: string;
  /** As the status of the job gives it. */
  readonly url: string;
}

/** Has one picture made, and waits for it. @param parameters of the request */
export async function makePicture(
  baseUrl: string,
  parameters: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<MadePicture> {
  const answer = await fetch(`${baseUrl}/api/v1/jobs/generate`, {
    method: "POST",
    headers: { "content-type": "application/json", prefer: "wait=30", ...headers },
    body: JSON.stringify({ prompt: "A harbour at dawn", parameters }),
  });
  const body = await answer.json();
  expect({ status: answer.status, body }).toMatchObject({ status: 201, body: { status: "completed" } });
  const { id: jobId, media } = wire.createdResponse.parse(body);
  const [picture] = media ?? [];
  if (!picture) throw new Error("The job has no picture.");
  return { jobId, id: picture.id, url: picture.url };
}
