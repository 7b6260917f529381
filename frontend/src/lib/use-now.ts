import { useEffect, useState } from "react";

/** The current time, renewed every `every` milliseconds; it stands still while `ticking` is false. */
export function useNow(every: number, ticking = true): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!ticking) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every, ticking]);
  return now;
}
