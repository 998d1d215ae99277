import { callerSignal } from "../../platform/http/caller-signal.ts";
import type { Admission } from "../../platform/limits/admission.ts";
import { assetIdOf, isAssetScheme, type ReadAsset } from "../../platform/outbound/asset-address.ts";
import type { WithStoredImage } from "./body.ts";
import { ReceivedImage } from "./data-url.ts";
import { unavailableAsset } from "./errors.ts";
import { maxBodyBytes } from "./schema.ts";

/** How large one is shows when it is read; most are smaller, as most bodies are. */
const expectedBytes = 8 * 1024 * 1024;

/**
 * An `image` of JSON may be the address of a stored picture, `asset://<uuid>`, in place of a data URL.
 *
 * @throws {AppError} `validation_error` for one that is not to be had, `overloaded` when the memory for bodies is full
 */
export const storedImages =
  (readAsset: ReadAsset, admission: Pick<Admission, "admitUpload">): WithStoredImage =>
  async (body, reply) => {
    if (body === null || typeof body !== "object" || !("image" in body)) return body;
    const { image } = body;
    if (typeof image !== "string" || !isAssetScheme(image)) return body;
    const id = assetIdOf(image);
    if (id === null) throw unavailableAsset("unknown");
    reply.raw.once("close", admission.admitUpload(expectedBytes));
    const read = await readAsset(id, { maxBytes: maxBodyBytes, signal: callerSignal(reply) });
    if ("missing" in read) throw unavailableAsset(read.missing);
    return { ...body, image: new ReceivedImage(read.bytes) };
  };
