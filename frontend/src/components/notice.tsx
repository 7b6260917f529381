import type { ReactNode } from "react";
import { Button } from "~/components/button";
import { Icon, type IconName } from "~/components/icon";
import type { Problem } from "~/lib/api/problem";
import { sentence } from "~/lib/sentence";

type Tone = "info" | "warn" | "danger" | "ok";

const TONES: Record<Tone, { icon: IconName; color: string }> = {
  info: { icon: "info", color: "text-info" },
  warn: { icon: "triangle-alert", color: "text-warn" },
  danger: { icon: "circle-x", color: "text-danger" },
  ok: { icon: "circle-check", color: "text-ok" },
};

interface NoticeProps {
  tone: Tone;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

export function Notice({ tone, title, children, action }: NoticeProps) {
  const { icon, color } = TONES[tone];
  return (
    <div
      role={tone === "danger" ? "alert" : undefined}
      className="card flex flex-wrap items-start gap-x-3 gap-y-2 bg-raised p-4"
    >
      <Icon name={icon} className={`mt-0.5 size-5 ${color}`} />
      <div className="min-w-0 flex-1 basis-52">
        <p className={`font-medium ${color}`}>{title}</p>
        {children && <div className="mt-0.5 text-sm break-words text-fg">{children}</div>}
      </div>
      {action}
    </div>
  );
}

interface ProblemProps {
  problem: Problem;
  what: string;
  onRetry?: () => void;
}

/** What could not be done and why, in the words of the API, with a way to try again. */
export function ProblemNotice({ problem, what, onRetry }: ProblemProps) {
  const action = onRetry && (
    <Button small icon="rotate-cw" onClick={onRetry}>
      Try again
    </Button>
  );
  return (
    <Notice tone="danger" title={what} action={action}>
      <p>{sentence(problem.detail || problem.title)}</p>
      <Findings problem={problem} />
      {problem.status > 0 && (
        <p className="mt-1 font-mono text-xs break-all text-fg-3">
          {problem.status} {problem.instance}
        </p>
      )}
    </Notice>
  );
}

const MOST_FINDINGS = 20;

/** What is wrong at which field, as far as the detail does not say it. */
function Findings({ problem }: { problem: Problem }) {
  const more = problem.errors.filter(({ message }) => !problem.detail.includes(message));
  if (more.length === 0) return null;
  return (
    <ul className="mt-1 list-disc pl-5">
      {more.slice(0, MOST_FINDINGS).map(({ field, message }) => (
        <li key={`${field} ${message}`}>
          {field && <code className="mr-1.5 font-mono text-xs text-fg-2">{field}</code>}
          {sentence(message)}
        </li>
      ))}
    </ul>
  );
}
