import type { Failure } from "./failure.ts";

/** The picture, the model, or this service. */
export const processingErrors = {
  too_large: {
    sentence: "The file has more bytes than this service fetches.",
    cause: "A photo in its original size, or something that is not a picture.",
    fix: "Link to a smaller version.",
    retryable: false,
    category: "processing_errors",
  },
  not_an_image: {
    sentence: "What is at the address is not a picture.",
    cause: "A web page around the picture, or a page that says that there is none.",
    fix: "Use the address of the picture itself: in a browser, “Open image in new tab”.",
    retryable: false,
    category: "processing_errors",
  },
  unsupported_format: {
    sentence: "The picture has a format that is not read.",
    cause:
      "It is an image, but not JPEG, PNG, GIF or WebP: an SVG, HEIC, TIFF or AVIF. A catalog reads TIFF, AVIF and BMP too, " +
      "but for rare codings.",
    fix: "Convert it, or link to another version.",
    retryable: false,
    category: "processing_errors",
  },
  decode_error: {
    sentence: "The picture is damaged.",
    cause: "An upload that broke off, or a file that was changed on its way.",
    fix: "Replace the picture at its source.",
    retryable: false,
    category: "processing_errors",
  },
  too_many_pixels: {
    sentence: "The picture has more pixels than this service decodes.",
    cause: "A scan or a panorama, or a file made to exhaust memory.",
    fix: "Link to a smaller version.",
    retryable: false,
    category: "processing_errors",
  },
  analysis_error: {
    sentence: "The model did not take the picture.",
    cause: "A limit or a rule of the model; the message of the row says which.",
    fix: "Try another model, or another version of the picture.",
    retryable: false,
    category: "processing_errors",
  },
  invalid_output: {
    sentence: "The model answered, but not in the form that was asked for.",
    cause: "Models do so now and then, more often with long texts in the picture.",
    fix: "Retry; if it stays, use another model.",
    retryable: true,
    category: "processing_errors",
  },
  refused: {
    sentence: "The model refused to look at the picture, or to make one.",
    cause: "The policy of its vendor.",
    fix: "Use another model, or do this picture by hand; of a media job another prompt, of an icon other words.",
    retryable: false,
    category: "processing_errors",
  },
  request_rejected: {
    sentence: "The provider of the model did not take the media job or the icon.",
    cause: "A prompt or a parameter that this model does not take; the message says which.",
    fix: "Correct the request, and send it again; of an icon, set another model or size.",
    retryable: false,
    category: "processing_errors",
  },
  model_unusable: {
    sentence: "The model that should make the picture cannot be asked.",
    cause: "Its provider has no such model, refuses the keys, or is not configured any more.",
    fix: "Mend the name or the keys, and send the request again.",
    retryable: false,
    category: "processing_errors",
  },
  picture_lost: {
    sentence: "A picture was made, and cannot be had any more.",
    cause: "Some providers keep pictures for an hour only, or what came is no picture that can be read.",
    fix: "Send the request again; what was lost may have been billed.",
    retryable: true,
    category: "processing_errors",
  },
  model_unavailable: {
    sentence: "The model did not answer.",
    cause: "An outage of its vendor, or of the network to it.",
    fix: "Retry later.",
    retryable: true,
    category: "processing_errors",
  },
  timed_out: {
    sentence: "The work on this row took too long and was ended.",
    cause: "A picture that is slow to decode, or a model that is slow to answer.",
    fix: "Retry; if it stays, link to a smaller version.",
    retryable: true,
    category: "processing_errors",
  },
  result_refused: {
    sentence: "The result of this row cannot be stored.",
    cause: "It is larger than a megabyte, or holds characters that no database takes.",
    fix: "Report it.",
    retryable: false,
    category: "processing_errors",
  },
  crashed: {
    sentence: "The service ended twice while it worked on this row alone.",
    cause: "A picture that breaks a decoder, or needs more memory than there is.",
    fix: "Report the picture; its neighbours were not harmed.",
    retryable: false,
    category: "processing_errors",
  },
  service_unavailable: {
    sentence: "The icon could not be finished here.",
    cause:
      "For about an hour the storage was away, or there was no room or time to work on it: the message says what.",
    fix: "See to that, and ask for the same again: what a model made of it is kept, and not paid for again.",
    retryable: true,
    category: "processing_errors",
  },
  internal_error: {
    sentence: "The work on this row failed because of a fault in the service.",
    cause: "A bug; the log has the exception.",
    fix: "Retry, and report it if it stays.",
    retryable: true,
    category: "processing_errors",
  },
  cancelled: {
    sentence: "The batch was cancelled before this row was done.",
    cause: "Somebody cancelled it.",
    fix: "Start the batch again by force-start: rows that are done are kept. Upload a catalog again.",
    retryable: true,
    category: "processing_errors",
  },
} as const satisfies Readonly<Record<string, Failure>>;
