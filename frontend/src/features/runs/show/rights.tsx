import { createContext, useContext } from "react";

/** What the person at the page may do to runs; what they may not is not offered to them. */
export interface Rights {
  control: boolean;
  signal: boolean;
  start: boolean;
}

export const RightsContext = createContext<Rights>({ control: false, signal: false, start: false });

export function useRights(): Rights {
  return useContext(RightsContext);
}
