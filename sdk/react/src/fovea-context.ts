import type { Fovea } from "@fovea/client";
import { createContext, createElement, type ReactNode, useContext } from "react";

const Context = createContext<Fovea | null>(null);

export interface FoveaProviderProps {
  /** Made once, outside of any component: a new one at each render would begin everything anew. */
  readonly client: Fovea;
  readonly children?: ReactNode;
}

/** Gives all hooks below it the client that they ask. */
export function FoveaProvider({ client, children }: FoveaProviderProps) {
  return createElement(Context.Provider, { value: client }, children);
}

/** @throws {Error} where there is no `FoveaProvider` above */
export function useFovea(): Fovea {
  const client = useContext(Context);
  if (client) return client;
  throw new Error("There is no Fovea client here: put <FoveaProvider client={…}> around the component.");
}
