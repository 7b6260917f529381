/** Dollars as people write them in micro-dollars; undefined where it is no amount. */
export function microUsd(dollars: string): number | undefined {
  const amount = Number(dollars.trim().replace(/^\$/, ""));
  return Number.isFinite(amount) && amount > 0 ? Math.max(1, Math.round(amount * 1_000_000)) : undefined;
}
