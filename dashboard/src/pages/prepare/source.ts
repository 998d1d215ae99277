import { useEffect, useState } from "react";

/** A picture that somebody chose. */
export interface Source {
  /** Another one for each choice: two files may have one name. */
  readonly id: number;
  readonly file: File;
}

let chosen = 0;

export function sourceOf(file: File): Source {
  chosen += 1;
  return { id: chosen, file };
}

/** An address for `<img>`, good while the component shows this blob. */
export function useObjectUrl(blob: Blob | null): string | null {
  const [shown, setShown] = useState<{ readonly blob: Blob; readonly url: string } | null>(null);
  useEffect(() => {
    if (!blob) return;
    const url = URL.createObjectURL(blob);
    setShown({ blob, url });
    return () => URL.revokeObjectURL(url);
  }, [blob]);
  return shown?.blob === blob ? shown.url : null;
}
