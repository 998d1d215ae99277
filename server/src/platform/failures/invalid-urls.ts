import type { Failure } from "./failure.ts";

/** The address itself: it is none, must not be fetched, or leads to nothing that may be read. */
export const invalidUrls = {
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

  no_images: {
    sentence: "The product of the catalog names no image.",
    cause: "Its cell of addresses is empty, or stands in another column.",
    fix: "Fill the cell, and upload the product again.",
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
} as const satisfies Readonly<Record<string, Failure>>;
