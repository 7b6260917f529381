import { Button } from "~/components/button";
import { Notice } from "~/components/notice";
import { Panel } from "~/components/panel";
import { Refusal } from "~/components/refusal";
import type { Problem } from "~/lib/api/problem";
import type { WaitingDevice } from "~/lib/api/types";
import { formatAgo } from "~/lib/format";

const NETWORKS: Record<WaitingDevice["network"], string> = {
  this_machine: "The machine that Z2 runs on",
  private: "A private network",
  public: "The internet",
  unknown: "Not known",
};

interface Props {
  waiting: WaitingDevice;
  code: string;
  name: string;
  problem: Problem | undefined;
  busy: boolean;
  onDecide: (approve: boolean) => void;
  onBack: () => void;
}

/** What asks to be let in, as far as that can be known, and the decision. */
export function WaitingPanel({ waiting, code, name, problem, busy, onDecide, onBack }: Props) {
  const over = problem?.status === 404;
  return (
    <Panel title="This asks to be signed in as you">
      <div className="grid gap-5">
        {over ? (
          <Notice
            tone="warn"
            title="The code is over"
            action={<Button onClick={onBack}>Another code</Button>}
          >
            It was decided already, or you took too long. Look the code up once more, or have it begin anew.
          </Notice>
        ) : (
          <Refusal title="It could not be decided" problem={problem} />
        )}
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-2">
          <dt className="text-fg-3">Calls itself</dt>
          <dd className="font-medium break-words">{waiting.client || "nothing"}</dd>
          <dt className="text-fg-3">Asks from</dt>
          <dd>{NETWORKS[waiting.network]}</dd>
          <dt className="text-fg-3">Asked</dt>
          <dd>{formatAgo(waiting.asked_at, Date.now())}</dd>
          <dt className="text-fg-3">Code</dt>
          <dd className="font-mono">{code}</dd>
          <dt className="text-fg-3">Signed in as</dt>
          <dd className="break-words">{name}, with all your rights, until you sign it out</dd>
        </dl>
        {!waiting.near && (
          <Notice tone="warn" title="It asks from somewhere else than you">
            If you have not begun this yourself, on a machine of yours that is elsewhere, do not let it in.
          </Notice>
        )}
        <div className="flex flex-wrap gap-3">
          <Button kind="primary" busy={busy} disabled={busy || over} onClick={() => onDecide(true)}>
            Let it in
          </Button>
          <Button kind="danger" disabled={busy || over} onClick={() => onDecide(false)}>
            Do not let it in
          </Button>
        </div>
      </div>
    </Panel>
  );
}
