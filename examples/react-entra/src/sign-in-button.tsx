import { type ReactNode, useState } from "react";
import type { SignIn } from "./sign-in.ts";

/** Leaves the page for Microsoft's, or says why it cannot. */
export function SignInButton({ signIn, children }: { signIn: SignIn; children: ReactNode }) {
  const [isLeaving, setLeaving] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const leave = () => {
    setLeaving(true);
    signIn.signIn().catch((reason: unknown) => {
      setError(reason);
      setLeaving(false);
    });
  };
  return (
    <>
      <button type="button" onClick={leave} disabled={isLeaving}>
        {children}
      </button>
      {error !== null && <p role="alert">{String(error)}</p>}
    </>
  );
}
