/** Grey bars while something is read; they come only after 150 ms, so that a quick answer does not flash. */
export function Skeleton({ lines = 4, label = "Loading" }: { lines?: number; label?: string }) {
  const bars = Array.from({ length: lines }, (_, line) => `bar-${line}`);
  return (
    <div className="appear" role="status">
      <span className="sr-only">{label}</span>
      <div className="grid gap-3" aria-hidden="true">
        {bars.map((bar) => (
          <div key={bar} className="shimmer h-12 rounded-control" />
        ))}
      </div>
    </div>
  );
}
