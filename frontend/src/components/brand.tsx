/** The mark of Z2: a way that branches and joins. */
export function Brand({ className = "size-8" }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden="true">
      <rect width="32" height="32" rx="8" className="fill-overlay" />
      <path
        d="M7 9h11L7 23h11"
        fill="none"
        strokeWidth="3"
        strokeLinecap="round"
        strokeLinejoin="round"
        className="stroke-info"
      />
      <path d="M24 12v8" strokeWidth="1.5" className="stroke-edge" />
      <circle cx="24" cy="9.5" r="2.5" className="fill-warn" />
      <circle cx="24" cy="22.5" r="2.5" className="fill-ok" />
    </svg>
  );
}
