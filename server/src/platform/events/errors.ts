import { AppError, retryAfter } from "../errors.ts";

const ticketsPath = "/api/v1/events/tickets";

/** Also for topics of others: that they exist is not said. */
export const topicNotFound = (topic: string) =>
  new AppError({
    code: "topic_not_found",
    status: 404,
    message: `There is nothing to follow at the topic "${topic}".`,
  });

/** An address stays in histories and in the logs of every proxy on its way. */
export const credentialInUrl = (parameter: string) =>
  new AppError({
    code: "credential_in_url",
    status: 400,
    message:
      `Leave \`${parameter}\` out of the address, where it could be read later: send \`Authorization: Bearer <token>\`, ` +
      `or ask POST ${ticketsPath} for a ticket and connect with \`?ticket=\`.`,
  });

export const ticketRefused = () =>
  new AppError({
    code: "ticket_refused",
    status: 401,
    message: `This ticket was used, is older than a minute, or is none: ask POST ${ticketsPath} for a new one.`,
    headers: { "www-authenticate": "Bearer" },
  });

export const ticketNeedsCredential = () =>
  new AppError({
    code: "authentication_required",
    status: 401,
    message:
      "A ticket stands for a credential: send `Authorization: Bearer <token>`. Without one, connect without a ticket.",
    headers: { "www-authenticate": "Bearer" },
  });

export const credentialExpired = () =>
  new AppError({
    code: "authentication_required",
    status: 401,
    message: "The token has expired: get a new one.",
    headers: { "www-authenticate": "Bearer" },
  });

export const tooManyStreams = () =>
  new AppError({
    code: "too_many_streams",
    status: 503,
    message: "This server has as many live connections as it takes: try again later.",
    headers: { "retry-after": retryAfter(30_000) },
  });

export const tooManyOwnStreams = (limit: number) =>
  new AppError({
    code: "too_many_own_streams",
    status: 429,
    message: `You have ${limit} live connections open, which is the most there may be: close some, or follow several topics by one.`,
    headers: { "retry-after": retryAfter(30_000) },
  });
