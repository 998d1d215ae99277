import type { PreparedImage } from "@fovea/client";
import { useImageProcessor } from "@fovea/react";
import { Problem } from "./problem.tsx";
import type { SignIn } from "./sign-in.ts";

export function PrepareStep({ signIn }: { signIn: SignIn }) {
  const { state, isProcessing, process } = useImageProcessor();
  const take = (file: File | undefined) => {
    if (file) void process(file, { model: "claude-sonnet-5-5" });
  };
  return (
    <section aria-label="Prepare">
      <h2>1. A picture that the model takes</h2>
      <label
        className="drop"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          take(event.dataTransfer.files[0]);
        }}
      >
        Drop a picture here, or choose one{" "}
        <input type="file" accept="image/*" onChange={(event) => take(event.target.files?.[0])} />
      </label>
      {isProcessing && (
        <p role="status">{state.status === "validating" ? "Looking at it…" : "Preparing it…"}</p>
      )}
      {state.status === "done" && (
        <figure>
          <img src={state.url} alt="As the model gets it" />
          <Facts image={state.image} />
        </figure>
      )}
      {state.status === "failed" && <Problem error={state.error} signIn={signIn} />}
    </section>
  );
}

function Facts({ image }: { image: PreparedImage }) {
  const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1000)} kB`;
  return (
    <dl>
      <dt>Sent</dt>
      <dd>
        {image.original_format}, {image.original_width} × {image.original_height},{" "}
        {kilobytes(image.original_size)}
      </dd>
      <dt>Prepared</dt>
      <dd>
        {image.format}, {image.width} × {image.height}, {kilobytes(image.size)}
      </dd>
      <dt>Tokens of {image.model}</dt>
      <dd>{image.estimated_tokens === null ? "unknown" : `about ${image.estimated_tokens}`}</dd>
      {image.warnings && (
        <>
          <dt>Warnings</dt>
          <dd>{image.warnings}</dd>
        </>
      )}
    </dl>
  );
}
