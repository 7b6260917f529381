import type { Step } from "~/lib/api/types";

interface Line {
  key: string;
  from: number;
  to: number;
  done: boolean;
}

interface Props {
  above: readonly Step[];
  below: readonly Step[];
  /** One line for all, where the rows do not stand side by side. */
  plain: boolean;
}

/** Lines from a row of steps to those of the next row that need them; decoration of what each card says in words. */
export function Connectors({ above, below, plain }: Props) {
  if (plain) return <div aria-hidden="true" className="mx-auto h-6 w-0.5 bg-edge" />;
  const lines = linesBetween(above, below);
  return (
    <div aria-hidden="true">
      <div className="mx-auto h-6 w-0.5 bg-edge xl:hidden" />
      <svg
        className="hidden h-12 w-full xl:block"
        viewBox="0 0 100 40"
        preserveAspectRatio="none"
        role="presentation"
      >
        {lines.map((line) => (
          <path
            key={line.key}
            d={`M${line.from} 0C${line.from} 26 ${line.to} 14 ${line.to} 40`}
            fill="none"
            strokeWidth="2"
            vectorEffect="non-scaling-stroke"
            className={line.done ? "stroke-info" : "stroke-edge"}
            strokeDasharray={line.done ? undefined : "4 5"}
          />
        ))}
      </svg>
    </div>
  );
}

function linesBetween(above: readonly Step[], below: readonly Step[]): Line[] {
  return below.flatMap((step, to) =>
    above.flatMap((needed, from) =>
      step.needs.includes(needed.id)
        ? {
            key: `${needed.id} ${step.id}`,
            from: (100 * (from + 0.5)) / above.length,
            to: (100 * (to + 0.5)) / below.length,
            done: ["completed", "skipped"].includes(needed.status),
          }
        : [],
    ),
  );
}
