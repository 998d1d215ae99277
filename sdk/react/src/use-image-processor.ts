import {
  type ImageValidation,
  type PreparedImage,
  type ProcessOptions,
  processInStages,
} from "@fovea/client";
import { useCallback, useEffect, useRef, useState } from "react";
import { useFovea } from "./fovea-context.ts";

/** What an image that is being prepared has come to. */
export type ImageProcess =
  | { readonly status: "idle" }
  | { readonly status: "validating" }
  /** `validation` says what the model would make of the image as it is. */
  | { readonly status: "processing"; readonly validation: ImageValidation }
  | {
      readonly status: "done";
      readonly validation: ImageValidation;
      readonly image: PreparedImage;
      /** For `<img src>`; good until the next image, and while the component is there. */
      readonly url: string;
    }
  | { readonly status: "failed"; readonly error: unknown };

export interface ImageProcessor {
  readonly state: ImageProcess;
  readonly isProcessing: boolean;
  /** Prepares an image in place of the one before, which is given up. Gives undefined where it failed or was given up. */
  process(image: Blob, options: ProcessOptions): Promise<PreparedImage | undefined>;
  /** Gives up, and forgets what there was. */
  reset(): void;
}

/** Prepares one image at a time for a model, and says how far it is. */
export function useImageProcessor(): ImageProcessor {
  const client = useFovea();
  const [state, setState] = useState<ImageProcess>({ status: "idle" });
  const current = useRef<AbortController | null>(null);
  const url = useRef<string | null>(null);

  /** Ends what is under way, and frees the picture that is shown: a browser keeps it until it is told. */
  const drop = useCallback(() => {
    current.current?.abort();
    current.current = null;
    if (url.current !== null) URL.revokeObjectURL(url.current);
    url.current = null;
  }, []);

  useEffect(() => drop, [drop]);

  const reset = useCallback(() => {
    drop();
    setState({ status: "idle" });
  }, [drop]);

  const process = useCallback(
    async (image: Blob, options: ProcessOptions): Promise<PreparedImage | undefined> => {
      drop();
      const controller = new AbortController();
      const { signal } = controller;
      current.current = controller;
      setState({ status: "validating" });
      let validation: ImageValidation | undefined;
      try {
        const prepared = await processInStages(
          client,
          image,
          options,
          (stage) => {
            if (stage.stage !== "processing" || signal.aborted) return;
            validation = stage.validation;
            setState({ status: "processing", validation });
          },
          { signal },
        );
        // Another one was begun, or the component is gone.
        if (signal.aborted || !validation) return undefined;
        url.current = URL.createObjectURL(prepared.blob());
        setState({ status: "done", validation, image: prepared, url: url.current });
        return prepared;
      } catch (error) {
        if (!signal.aborted) setState({ status: "failed", error });
        return undefined;
      }
    },
    [client, drop],
  );

  const isProcessing = state.status === "validating" || state.status === "processing";
  return { state, isProcessing, process, reset };
}
