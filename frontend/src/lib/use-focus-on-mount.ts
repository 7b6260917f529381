import { type RefObject, useEffect, useRef } from "react";

/** A part that has just been opened: the keyboard continues at its first element of a kind. */
export function useFocusOnMount<Element extends HTMLElement>(selector: string): RefObject<Element | null> {
  const part = useRef<Element>(null);
  useEffect(() => part.current?.querySelector<HTMLElement>(selector)?.focus(), [selector]);
  return part;
}
