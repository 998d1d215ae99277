import { stdout } from "node:process";
import { Fovea } from "@fovea/client";
import { FoveaProvider, useBatch, useImageProcessor, useMediaJob } from "@fovea/react";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";

// A component as a server renders it: before anything has been asked.
function View() {
  const { state } = useImageProcessor();
  const { progress, isOver } = useBatch(null);
  const { job } = useMediaJob();
  // @ts-expect-error: it would be any if the types were not found.
  state.nothing;
  return createElement(
    "p",
    null,
    [state.status, progress?.status ?? "no batch", isOver, job?.status ?? "no job"].join(),
  );
}

stdout.write(
  renderToStaticMarkup(createElement(FoveaProvider, { client: new Fovea() }, createElement(View))),
);
