/** How long to wait, as a person says it: `in 40 seconds`, `in about 3 minutes`, `in about 2 hours`. */
export function inWords(seconds: number): string {
  if (seconds <= 1) return "in a second";
  if (seconds < 90) return `in ${Math.ceil(seconds)} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `in about ${minutes} minutes` : `in about ${Math.ceil(minutes / 60)} hours`;
}
