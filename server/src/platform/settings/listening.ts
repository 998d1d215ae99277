import { z } from "zod";
import { isCidr } from "../network.ts";
import { describe, httpUrl, list, port, text } from "./kinds.ts";

/** Where the service listens, and what its addresses are. */
export const listening = {
  PORT: describe(port.default(8000), "Listening", "`8000`", "Port of the service. `0` takes any free one."),
  HOST: describe(
    text.default("127.0.0.1"),
    "Listening",
    "`127.0.0.1`",
    "Address it listens on. Other machines reach it only when this is not a loopback address.",
  ),
  PORTS: describe(
    z.string().transform(list).pipe(z.array(port)).default([]),
    "Listening",
    "–",
    "Further ports for the same service, for drop-in replacement: `8001,5001,3560`.",
  ),
  PUBLIC_BASE_URL: describe(
    httpUrl.optional(),
    "Listening",
    "from the request",
    "Prefix of the absolute addresses that are handed out.",
  ),
  BASE_PATH: describe(
    z
      .string()
      .regex(/^(\/[\w.~-]+)*\/?$/, { error: "expected a path such as /images" })
      .transform((path) => path.replace(/\/+$/, ""))
      .default(""),
    "Listening",
    "`/`",
    "Path prefix of everything, behind an ingress that does not cut it off.",
  ),
  TRUST_PROXY: describe(
    z
      .string()
      .transform(list)
      .refine((items) => items.every(isCidr), { error: "expected addresses or ranges such as 10.0.0.0/8" })
      .default([]),
    "Listening",
    "–",
    "Addresses or ranges (CIDR) of the proxies whose `X-Forwarded-*` headers count.",
  ),
  CORS_ORIGINS: describe(
    z
      .string()
      .transform(list)
      .refine((items) => items.every((item) => item === "*" || /^https?:\/\/[^/]+$/.test(item)), {
        error: "expected origins such as https://app.example.com, without a path",
      })
      .optional(),
    "Listening",
    "localhost origins in development, none in production",
    "Origins of the browser applications that may call the service; `*` for any.",
  ),
} as const;
