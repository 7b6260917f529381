let highest = 0;

/** Remembers the furthest place of the log that this page has heard of. */
export function noteSeen(position: number): void {
  highest = Math.max(highest, position);
}

/** The query that makes a read wait until it shows at least what this page has already heard of. */
export function afterSeen(): { after?: number } {
  return highest > 0 ? { after: highest } : {};
}

/** That place itself; 0 when nothing was heard yet. */
export function seen(): number {
  return highest;
}
