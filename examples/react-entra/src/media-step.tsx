import type { MediaJob } from "@fovea/client";
import { useMediaJob } from "@fovea/react";
import { Problem } from "./problem.tsx";
import type { SignIn } from "./sign-in.ts";

export function MediaStep({ signIn, category }: { signIn: SignIn; category: string }) {
  const { job, live, isBusy, error, generate, cancel } = useMediaJob();
  const prompt = `A poster for a ${category}, in warm light`;
  return (
    <section aria-label="Media">
      <h2>3. A picture made for it</h2>
      <p>“{prompt}”</p>
      <button type="button" disabled={isBusy} onClick={() => void generate({ prompt })}>
        Make the picture
      </button>{" "}
      {job && isBusy && (
        <button type="button" onClick={() => void cancel()}>
          Cancel
        </button>
      )}
      {job && <Progress job={job} live={live} />}
      {job?.media?.map(({ id, url }) => (
        <img key={id} src={url} alt={job.prompt} />
      ))}
      {error !== undefined && <Problem error={error} signIn={signIn} />}
    </section>
  );
}

function Progress({ job, live }: { job: MediaJob; live: boolean | undefined }) {
  return (
    <p role="status">
      <progress value={job.progress} max="100" /> {job.status}, {Math.round(job.progress)} %{" "}
      {live ? "live" : "asked every few seconds"}
      {job.status === "failed" && (
        <>
          : {job.error_message} <code>{job.error_code}</code>
        </>
      )}
    </p>
  );
}
