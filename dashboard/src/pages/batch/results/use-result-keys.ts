import { useWindowEvent } from "@mantine/hooks";

export interface ResultKeys {
  /** @param step lines or, in a grid, tiles */
  move(step: "next" | "previous" | "up" | "down" | "first" | "last"): void;
  open(): void;
  accept(): void;
  flag(): void;
  undo(): void;
  retry(): void;
  search(): void;
  help(): void;
}

/** What each key does; the dialog of help tells the same. */
const keys: Readonly<Record<string, (act: ResultKeys) => void>> = {
  j: ({ move }) => move("next"),
  k: ({ move }) => move("previous"),
  ArrowDown: ({ move }) => move("down"),
  ArrowUp: ({ move }) => move("up"),
  ArrowRight: ({ move }) => move("next"),
  ArrowLeft: ({ move }) => move("previous"),
  Home: ({ move }) => move("first"),
  End: ({ move }) => move("last"),
  Enter: ({ open }) => open(),
  " ": ({ open }) => open(),
  a: ({ accept }) => accept(),
  f: ({ flag }) => flag(),
  u: ({ undo }) => undo(),
  r: ({ retry }) => retry(),
  "/": ({ search }) => search(),
  "?": ({ help }) => help(),
};

/** Keys that do something of their own wherever a control has the focus, and those that scroll what has it. */
const ofControls = new Set(["Enter", " ", "Home", "End", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]);

/** Marks an element in which these keys work, though it is a dialog. */
export const reviewKeysHere = { "data-review-keys": "" } as const;

/** Review from the keyboard, wherever the focus is but where one types or chooses. */
export function useResultKeys(act: ResultKeys): void {
  useWindowEvent("keydown", (event) => {
    const run = keys[event.key];
    if (!run || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const { target } = event;
    if (target instanceof HTMLElement && !isOurs(target, event.key)) return;
    event.preventDefault();
    run(act);
  });
}

function isOurs(target: HTMLElement, key: string): boolean {
  if (target.isContentEditable || target.closest("input, textarea, select")) return false;
  const dialog = target.closest("[role=dialog]");
  if (dialog && !dialog.querySelector("[data-review-keys]")) return false;
  if (target.closest("[role=menu], [role=listbox], [role=radiogroup], [role=tablist]"))
    return !ofControls.has(key);
  if (!ofControls.has(key)) return true;
  // A list that has the focus, or nothing that would do something with the key.
  if (target.closest("[data-result-list]") === target || target === document.body) return true;
  return dialog !== null && key.startsWith("Arrow");
}
