import { useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";

/**
 * The one-time link that led here: what stands behind the `#`, which no server sees. It goes from the address at once,
 * so that it stays neither in the history nor on a screen, and lives on this page only.
 */
export function useLink(): string {
  const hash = useLocation({ select: (location) => location.hash });
  const navigate = useNavigate();
  const [link, setLink] = useState(hash);
  useEffect(() => {
    if (!hash) return;
    setLink(hash);
    void navigate({ to: ".", hash: "", replace: true, resetScroll: false });
  }, [hash, navigate]);
  return link;
}
