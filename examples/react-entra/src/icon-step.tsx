import type { Icon } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { useActionState } from "react";
import { Problem } from "./problem.tsx";
import type { SignIn } from "./sign-in.ts";

type Made = { readonly icon: Icon } | { readonly error: unknown };

interface IconStepProps {
  readonly signIn: SignIn;
  readonly category: string;
  readonly onCategory: (category: string) => void;
}

export function IconStep({ signIn, category, onCategory }: IconStepProps) {
  const fovea = useFovea();
  const [made, make, isMaking] = useActionState<Made | null>(async () => {
    try {
      return { icon: await fovea.icons.generate({ category, style: "flat" }) };
    } catch (error) {
      return { error };
    }
  }, null);
  return (
    <section aria-label="Icon">
      <h2>2. An icon</h2>
      <form action={make}>
        <label>
          Of <input value={category} onChange={(event) => onCategory(event.target.value)} required />
        </label>{" "}
        <button type="submit" disabled={isMaking}>
          Make the icon
        </button>
      </form>
      {made && "icon" in made && (
        <img src={made.icon.image_url} alt={made.icon.metadata.category} width="96" height="96" />
      )}
      {made && "error" in made && <Problem error={made.error} signIn={signIn} />}
    </section>
  );
}
