import { InteractionRequiredAuthError } from "@azure/msal-browser";
import { ApiError } from "@fovea/client";
import type { SignIn } from "./sign-in.ts";
import { SignInButton } from "./sign-in-button.tsx";

/** What went wrong: in words, with the code to look it up by, and what to do where that is known. */
export function Problem({ error, signIn }: { error: unknown; signIn: SignIn }) {
  if (error instanceof InteractionRequiredAuthError) {
    return (
      <div role="alert">
        Your sign-in is over. <code>{error.errorCode}</code>{" "}
        <SignInButton signIn={signIn}>Sign in again</SignInButton>
      </div>
    );
  }
  if (error instanceof ApiError) {
    return (
      <div role="alert">
        {error.message} <code>{error.code ?? error.status}</code> <small>request {error.requestId}</small>
      </div>
    );
  }
  return <div role="alert">{String(error)}</div>;
}
