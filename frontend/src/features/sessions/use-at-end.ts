import { type RefObject, useEffect } from "react";

const NEAR = 160;

/** Begins at the end of a conversation, and stays there while it grows, unless the reader has left it. */
export function useAtEnd(content: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const page = document.documentElement;
    let known = 0;
    const observer = new ResizeObserver(() => {
      const left = known - window.scrollY - window.innerHeight;
      if (page.scrollHeight > known && left < NEAR) window.scrollTo({ top: page.scrollHeight });
      known = page.scrollHeight;
    });
    if (content.current) observer.observe(content.current);
    return () => observer.disconnect();
  }, [content]);
}
