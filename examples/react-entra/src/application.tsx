import { useState } from "react";
import { IconStep } from "./icon-step.tsx";
import { MediaStep } from "./media-step.tsx";
import { PrepareStep } from "./prepare-step.tsx";
import type { SignIn } from "./sign-in.ts";
import { SignInButton } from "./sign-in-button.tsx";

export function Application({ signIn }: { signIn: SignIn }) {
  const [category, setCategory] = useState("bakery");
  if (signIn.name === null) {
    return (
      <>
        <h1>Pictures with Fovea</h1>
        <SignInButton signIn={signIn}>Sign in with Microsoft</SignInButton>
      </>
    );
  }
  return (
    <>
      <header>
        <h1>Pictures with Fovea</h1>
        <p>
          {signIn.name}{" "}
          <button type="button" onClick={() => void signIn.signOut()}>
            Sign out
          </button>
        </p>
      </header>
      <PrepareStep signIn={signIn} />
      <IconStep signIn={signIn} category={category} onCategory={setCategory} />
      <MediaStep signIn={signIn} category={category} />
    </>
  );
}
