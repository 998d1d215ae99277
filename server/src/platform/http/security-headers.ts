/**
 * What every answer carries. Errors set them by themselves too: what fails before a route is known (a broken address,
 * a broken request) never meets the hooks that add them elsewhere.
 */
export const securityHeaders = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
} as const;
