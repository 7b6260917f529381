const count = new Intl.NumberFormat("en");
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const minute = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const FULL = {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
} as const;
const UNITS = ["B", "kB", "MB", "GB"];

export function formatCount(value: number): string {
  return count.format(value);
}

/** `340 ms`, `3.4 s`, `1 min 12 s`, `2 h 3 min`. */
export function formatDuration(milliseconds: number): string {
  const ms = Math.max(0, Math.round(milliseconds));
  if (ms < 1000) return `${ms} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** Micro-dollars as dollars; what is not known is called unknown, never zero. */
export function formatCost(microUsd: number | null): string {
  if (microUsd === null) return "unknown";
  if (microUsd === 0) return "$0";
  const usd = microUsd / 1_000_000;
  if (usd >= 1) return `$${usd.toFixed(2)}`;
  return `$${usd.toFixed(6).replace(/(\.\d{2}\d*?)0+$/, "$1")}`;
}

/** The price of a million tokens. */
export function formatPrice(microUsd: number | null): string {
  return microUsd === null ? "unknown" : formatCost(microUsd);
}

export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

export function formatTime(at: string): string {
  return clock.format(new Date(at));
}

/** The time of day with milliseconds, as a log wants it. */
export function formatInstant(at: string): string {
  const moment = new Date(at);
  return `${clock.format(moment)}.${String(moment.getMilliseconds()).padStart(3, "0")}`;
}

export function formatDay(at: string): string {
  return day.format(new Date(at));
}

/** The day and the time of day, as precise as people need it. */
export function formatMoment(at: string): string {
  return `${formatDay(at)}, ${minute.format(new Date(at))}`;
}

/** The same by the clocks of a zone, which is named: `22 Nov 2026, 09:00 Europe/Berlin`. */
export function formatMomentIn(at: string, zone: string): string {
  const words = new Intl.DateTimeFormat("en-GB", { ...FULL, timeZone: zone }).format(new Date(at));
  return `${words} ${zone}`;
}

/** `just now`, `4 min ago`, `3 h ago`, then the day. */
export function formatAgo(at: string, now: number): string {
  const minutes = Math.floor((now - Date.parse(at)) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return formatDay(at);
}

/** The time between two moments, the second being now while it has not come. */
export function elapsed(from: string, to: string | null, now: number): number {
  return (to === null ? now : Date.parse(to)) - Date.parse(from);
}
