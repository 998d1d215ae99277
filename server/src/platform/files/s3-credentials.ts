import type { WebIdentitySettings } from "./assume-role.ts";
import type { S3CredentialsSource } from "./credentials-source.ts";
import { createWebIdentity } from "./web-identity.ts";

export type S3CredentialsSettings =
  | {
      readonly kind: "static";
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      /** Of temporary credentials, which somebody else renews by a restart. */
      readonly sessionToken?: string | null | undefined;
    }
  | ({ readonly kind: "web_identity" } & WebIdentitySettings);

export function createS3Credentials(settings: S3CredentialsSettings): S3CredentialsSource {
  if (settings.kind === "web_identity") return createWebIdentity(settings);
  const { accessKeyId, secretAccessKey, sessionToken } = settings;
  const credentials = { accessKeyId, secretAccessKey, sessionToken: sessionToken || undefined };
  return {
    current: () => Promise.resolve(credentials),
    refused: () => false,
    close: () => Promise.resolve(),
  };
}
