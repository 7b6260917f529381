import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { buttonClass } from "~/components/button";
import { EmptyState } from "~/components/empty-state";
import { ProblemNotice } from "~/components/notice";
import { Skeleton } from "~/components/skeleton";
import { toProblem } from "~/lib/api/problem";

export function Pending() {
  return (
    <div className="mx-auto max-w-5xl p-6">
      <Skeleton lines={5} />
    </div>
  );
}

/** Where not even the frame of the page could be shown. */
export function Outage(props: ErrorComponentProps) {
  return (
    <main className="mx-auto max-w-2xl p-6">
      <Crash {...props} />
    </main>
  );
}

export function Crash({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return (
    <>
      <title>Problem · Z2</title>
      <h1 className="mb-4 text-2xl font-semibold">This page could not be shown</h1>
      <ProblemNotice what="Z2 could not be asked" problem={toProblem(error)} onRetry={retry} />
    </>
  );
}

export function NotFound() {
  return (
    <main className="mx-auto max-w-2xl p-6">
      <title>Not found · Z2</title>
      <h1 className="sr-only">Not found</h1>
      <EmptyState
        icon="circle-dashed"
        title="There is nothing at this address"
        action={
          <Link to="/runs" className={buttonClass("quiet")}>
            All runs
          </Link>
        }
      >
        The link may be mistyped, or what it led to belongs to another workspace.
      </EmptyState>
    </main>
  );
}
