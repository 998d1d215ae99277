import { AppError } from "../../platform/errors.ts";

export const noSuchProvider = (known: readonly string[]) =>
  new AppError({
    code: "validation_error",
    status: 400,
    message: `provider: expected one of ${known.join(", ")}`,
  });
