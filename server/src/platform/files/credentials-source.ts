import type { S3Credentials } from "../outbound/s3-signature.ts";

/** Where the keys of requests to S3 come from. Shared by everything that asks S3. */
export interface S3CredentialsSource {
  /**
   * Good for a request that is sent now.
   *
   * @throws {AppError} `storage_unavailable` where there are none
   */
  current(): Promise<S3Credentials>;
  /** S3 does not accept them, although their time is not over. @returns whether `current` has others from now on */
  refused(credentials: S3Credentials): boolean;
  close(): Promise<void>;
}
