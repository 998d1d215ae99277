import { AppError } from "../errors.ts";

export const deliveryNotFound = (id: string) =>
  new AppError({
    code: "webhook_delivery_not_found",
    status: 404,
    message: `There is no webhook delivery ${id.slice(0, 100)}. Deliveries are kept for 30 days.`,
  });

export const notRedeliverable = () =>
  new AppError({
    code: "webhook_not_redeliverable",
    status: 409,
    message: "The URL of this delivery is none that anything can be sent to; correct it where it was given.",
  });

export const unusableUrl = () =>
  new AppError({
    code: "invalid_webhook_url",
    status: 400,
    message: "This is not an http or https URL of at most 2048 characters.",
  });
