/**
 * Who can do something about a failure; the error analysis of a batch counts by it.
 *
 * - `network_errors`: the other side could not be reached, or did not answer as a server of pictures does.
 * - `invalid_urls`: the address itself. It is none, must not be fetched, or leads to nothing that may be read.
 * - `processing_errors`: the picture, the model, or this service.
 */
export type FailureCategory = "network_errors" | "invalid_urls" | "processing_errors";

/** What is told about a code, in plain text, wherever it appears. */
export interface Failure {
  /** What happened to the row, or to the job. */
  readonly sentence: string;
  /** The likely reason. */
  readonly cause: string;
  /** What to do about it. */
  readonly fix: string;
  /** Whether the same row may succeed if it is tried again and nothing else is changed. */
  readonly retryable: boolean;
  readonly category: FailureCategory;
}

/**
 * Every code that a failed row can have: in results and exports, in the dashboard and in the error analysis; and every one
 * of a failed media job, as its `error_code`. The page `docs/errors.md` is generated from it.
 */
export const failures = {
  invalid_url: {
    sentence: "This is not a web address.",
    cause: "A typing error, another column of the table, or an address that is not http, https, s3 or asset.",
    fix: "Correct the address in the table.",
    retryable: false,
    category: "invalid_urls",
  },
  blocked_address: {
    sentence: "The address leads into a private network, where this service does not go.",
    cause: "The host is, or resolves or redirects to, an address of this machine or of an internal network.",
    fix: "Use a public address; for servers of your own, name their network in ALLOW_PRIVATE_NETWORKS.",
    retryable: false,
    category: "invalid_urls",
  },
  dns_failure: {
    sentence: "There is no host of this name.",
    cause: "A typing error in the host, or a site that no longer exists.",
    fix: "Correct the host in the address.",
    retryable: true,
    category: "invalid_urls",
  },
  http_401: {
    sentence: "The server asks for a login (401).",
    cause: "The picture is not public.",
    fix: "Use a public address, or a signed link.",
    retryable: false,
    category: "invalid_urls",
  },
  http_403: {
    sentence: "The server does not give the picture to this service (403).",
    cause:
      "A signed link that has expired, protection against hot-linking or robots, or missing rights on a bucket.",
    fix: "Renew the link, or let the owner of the server allow this service.",
    retryable: false,
    category: "invalid_urls",
  },
  http_404: {
    sentence: "There is nothing at this address (404).",
    cause: "The picture was moved or deleted, or the path has a typing error.",
    fix: "Correct the address in the table.",
    retryable: false,
    category: "invalid_urls",
  },
  http_410: {
    sentence: "The picture was removed for good (410).",
    cause: "Its owner took it away.",
    fix: "Remove the row, or find another address of the picture.",
    retryable: false,
    category: "invalid_urls",
  },
  http_4xx: {
    sentence: "The server refused the request (another 4xx status).",
    cause:
      "The address asks for something that this server does not do; the message of the row has the status.",
    fix: "Open the address in a browser, and correct it.",
    retryable: false,
    category: "invalid_urls",
  },

  asset_not_found: {
    sentence: "There is no stored picture with this id.",
    cause: "A typing error in the asset:// address, or a picture that was deleted.",
    fix: "Correct the id, or store the picture again.",
    retryable: false,
    category: "invalid_urls",
  },
  asset_expired: {
    sentence: "The stored picture has expired.",
    cause: "Stored pictures are kept for a time, and the asset:// address is older.",
    fix: "Make or store the picture again, and use its new id.",
    retryable: false,
    category: "invalid_urls",
  },

  dns_unavailable: {
    sentence: "The name of the host could not be looked up.",
    cause: "The name server did not answer, or this service is offline.",
    fix: "Check the network of this service, then retry.",
    retryable: true,
    category: "network_errors",
  },
  connection_refused: {
    sentence: "The host does not accept connections.",
    cause: "Its web server is down, or the port in the address is wrong.",
    fix: "Retry later; if it stays, check the port.",
    retryable: true,
    category: "network_errors",
  },
  connection_timeout: {
    sentence: "The host did not answer when this service connected to it.",
    cause: "It is down, overloaded, or behind a firewall.",
    fix: "Retry later; if it stays, check that this service may reach the host.",
    retryable: true,
    category: "network_errors",
  },
  connection_reset: {
    sentence: "The connection broke off before the picture was complete.",
    cause: "An overloaded server, or an unstable network.",
    fix: "Retry later.",
    retryable: true,
    category: "network_errors",
  },
  connection_failed: {
    sentence: "No connection to the host could be made.",
    cause: "There is no way to its network from here.",
    fix: "Check the network of this service, then retry.",
    retryable: true,
    category: "network_errors",
  },
  tls_failure: {
    sentence: "No secure connection could be made.",
    cause:
      "The certificate of the host has expired, is for another name, or is signed by nobody who is trusted.",
    fix: "Let the owner of the host renew its certificate.",
    retryable: false,
    category: "network_errors",
  },
  response_timeout: {
    sentence: "The picture did not arrive in time.",
    cause: "A slow server, or a very large file.",
    fix: "Retry later.",
    retryable: true,
    category: "network_errors",
  },
  too_many_redirects: {
    sentence: "The address redirects again and again.",
    cause: "A loop, often a server that wants cookies or a login.",
    fix: "Use the address at which the browser arrives.",
    retryable: false,
    category: "network_errors",
  },
  invalid_redirect: {
    sentence: "The address redirects to one that is not followed.",
    cause: "A redirect from https to http, or to something that is not a web address.",
    fix: "Use the address of the picture itself.",
    retryable: false,
    category: "network_errors",
  },
  invalid_response: {
    sentence: "The answer of the server is not proper HTTP.",
    cause: "Another kind of server at this port, or compressed data that is damaged.",
    fix: "Check the port in the address, or tell the owner of the server.",
    retryable: false,
    category: "network_errors",
  },
  empty_response: {
    sentence: "The server answered, but without a picture.",
    cause: "An empty file, or an upload that was never finished.",
    fix: "Upload the picture again at its source.",
    retryable: false,
    category: "network_errors",
  },
  http_408: {
    sentence: "The server gave up waiting for the request (408).",
    cause: "It is overloaded, or the network between is slow.",
    fix: "Retry later.",
    retryable: true,
    category: "network_errors",
  },
  http_425: {
    sentence: "The server was not ready for the request (425).",
    cause: "It does not take requests so early in a connection.",
    fix: "Retry later.",
    retryable: true,
    category: "network_errors",
  },
  http_5xx: {
    sentence: "The server that has the picture failed (5xx).",
    cause: "It is overloaded or broken.",
    fix: "Retry later.",
    retryable: true,
    category: "network_errors",
  },
  rate_limited: {
    sentence: "The server had too many requests from this service (429).",
    cause: "A limit of that server for all who ask it.",
    fix: "Retry later, or allow fewer requests a second to one server.",
    retryable: true,
    category: "network_errors",
  },
  origin_unavailable: {
    sentence: "The server has failed for so long that this row was given up.",
    cause: "The whole server is down, or refuses this service.",
    fix: "Retry when the server works again.",
    retryable: true,
    category: "network_errors",
  },
  s3_not_configured: {
    sentence: "The picture is in a bucket, and this service has no credentials for it.",
    cause: "The address begins with s3:// and the access to S3 is not configured.",
    fix: "Configure it, restart, and retry; or use https addresses.",
    retryable: false,
    category: "network_errors",
  },

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
    cause: "It is an image, but not JPEG, PNG, GIF or WebP: an SVG, TIFF, HEIC or AVIF.",
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
    fix: "Use another model, or do this picture by hand; of a media job, another prompt.",
    retryable: false,
    category: "processing_errors",
  },
  request_rejected: {
    sentence: "The provider of the model did not take the media job.",
    cause: "A prompt or a parameter that this model does not take; the message of the job says which.",
    fix: "Correct the request, and create the job again.",
    retryable: false,
    category: "processing_errors",
  },
  model_unusable: {
    sentence: "The model of the media job cannot be asked.",
    cause: "Its provider has no such model, refuses the keys, or is not configured any more.",
    fix: "Mend the name or the keys, and create the job again.",
    retryable: false,
    category: "processing_errors",
  },
  picture_lost: {
    sentence: "A picture was made, and cannot be had any more.",
    cause: "Some providers keep pictures for an hour only, or what came is no picture that can be read.",
    fix: "Create the job again; what was lost may have been billed.",
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
    fix: "Start the batch again by force-start: rows that are done are kept.",
    retryable: true,
    category: "processing_errors",
  },
} as const satisfies Readonly<Record<string, Failure>>;

export type FailureCode = keyof typeof failures;

const isListed = (code: string): code is FailureCode => Object.hasOwn(failures, code);

/** Of a code that was read from a database, where another version of the service may have written it. */
export function failureOf(code: string): Failure {
  return isListed(code) ? failures[code] : unlisted;
}

const unlisted: Failure = {
  sentence: "The row failed for a reason that this version of the service does not know.",
  cause: "Another version of the service stored it.",
  fix: "Read the message of the row, and retry.",
  retryable: true,
  category: "processing_errors",
};
