// The components of the test, as a page has them: each hook with buttons, and what it says as text.
import { ApiError, Fovea } from "@fovea/client";
import { FoveaProvider, useBatch, useImageProcessor, useMediaJob } from "@fovea/react";
import { createElement as make, type ReactNode, StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";

const parameters = new URLSearchParams(location.search);
const client = new Fovea({ baseUrl: parameters.get("service") ?? "", token: "test-token", maxRetries: 0 });

const text = (name: string, value: unknown) => make("output", { "data-name": name }, String(value));
const button = (name: string, work: () => unknown) =>
  make("button", { type: "button", onClick: () => void work() }, name);
const wording = (error: unknown) =>
  error instanceof ApiError ? `${error.status} ${error.code}` : error instanceof Error ? error.name : "none";

function Processor() {
  const { state, isProcessing, process, reset } = useImageProcessor();
  const [file, setFile] = useState<File>();
  return make(
    "section",
    { id: "processor" },
    make("input", {
      type: "file",
      "aria-label": "image",
      onChange: (event) => setFile(event.target.files?.[0]),
    }),
    button("process", () => file && process(file, { model: "claude-sonnet-5-5" })),
    button("wrong", () => file && process(file, { model: "no-such-model" })),
    // Both begin before the first has an answer.
    button("twice", () => {
      if (!file) return;
      void process(file, { model: "no-such-model" });
      void process(file, { model: "claude-sonnet-5-5", max_dimension: 100 });
    }),
    button("reset", reset),
    text("status", state.status),
    text("isProcessing", isProcessing),
    text("error", state.status === "failed" ? wording(state.error) : "none"),
    text("seen", "validation" in state ? state.validation.metadata?.model_view.width : "none"),
    state.status === "done"
      ? make("img", { src: state.url, alt: `prepared, ${state.image.width} wide` })
      : null,
  );
}

function Batch({ id }: { id: string | null }) {
  const { progress, live, isOver, error, pending, ...actions } = useBatch(id);
  return make(
    "section",
    { id: "batch" },
    button("pause", actions.pause),
    button("resume", () => actions.resume()),
    button("cancel", actions.cancel),
    button("retry", () => actions.retry(["http_404"])),
    button("twice", () => {
      void actions.pause();
      void actions.pause();
    }),
    button("refresh", actions.refresh),
    text("status", progress?.status),
    text("processed", `${progress?.processed_count}/${progress?.total_urls}`),
    text("failed", progress?.failed_count),
    text("live", live),
    text("isOver", isOver),
    text("pending", pending),
    text("error", wording(error)),
  );
}

function Job() {
  const { job, live, isOver, isBusy, error, generate, cancel } = useMediaJob();
  return make(
    "section",
    { id: "job" },
    button("generate", () => generate({ prompt: "a harbour at dawn", parameters: { seed: 7 } })),
    button("nothing", () => generate({ prompt: " " })),
    button("cancel", cancel),
    text("status", job?.status),
    text("live", live),
    text("isOver", isOver),
    text("isBusy", isBusy),
    text("error", wording(error)),
    ...(job?.media ?? []).map((picture) => make("img", { key: picture.id, src: picture.url, alt: "made" })),
  );
}

function Page() {
  const [id, setId] = useState(parameters.get("batch"));
  const [shown, setShown] = useState(true);
  const other = parameters.get("other");
  const parts: ReactNode[] = [
    make(Processor, { key: "processor" }),
    make(Batch, { key: "batch", id }),
    make(Job, { key: "job" }),
  ];
  return make(
    "main",
    null,
    button("other batch", () => setId(other)),
    button("no batch", () => setId(null)),
    button("leave", () => setShown(false)),
    ...(shown ? parts : []),
  );
}

const root = document.createElement("div");
document.body.append(root);
createRoot(root).render(make(StrictMode, null, make(FoveaProvider, { client }, make(Page))));
