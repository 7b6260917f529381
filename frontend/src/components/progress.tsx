/** How many of so many parts are done, as a bar and in figures. */
export function Progress({ done, total }: { done: number; total: number }) {
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <span aria-hidden="true" className="h-1.5 w-16 overflow-hidden rounded-full bg-overlay">
        <span
          className="block h-full rounded-full bg-info"
          style={{ width: `${total ? (100 * done) / total : 0}%` }}
        />
      </span>
      <span className="tabular-nums">
        {done}/{total}
      </span>
    </span>
  );
}
