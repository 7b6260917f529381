import type { ReactNode } from "react";
import type { PayloadRef } from "~/lib/api/types";
import { formatSize } from "~/lib/format";

/** What a text is known by: it is stored once, under the hash of its bytes. */
export function Provenance({ payload, children }: { payload: PayloadRef; children: ReactNode }) {
  return (
    <div className="card p-5 text-sm">
      <p className="text-fg-3">{children}</p>
      <dl className="mt-3 grid gap-3">
        <div>
          <dt className="eyebrow">Size</dt>
          <dd className="tabular-nums">
            {formatSize(payload.size)}, {payload.media_type}
          </dd>
        </div>
        <div>
          <dt className="eyebrow">SHA-256</dt>
          <dd className="font-mono text-xs break-all text-fg-2">{payload.sha256}</dd>
        </div>
      </dl>
    </div>
  );
}
