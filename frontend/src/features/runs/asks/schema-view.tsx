import { Icon } from "~/components/icon";
import { ScrollRegion } from "~/components/scroll-region";

/** The JSON Schema that an answer must fit. */
export function SchemaView({ schema }: { schema: Record<string, unknown> }) {
  return (
    <details className="group min-w-0 text-sm">
      <summary className="flex items-center gap-1.5 rounded-sm py-1 text-fg-2 hover:text-fg">
        <Icon name="chevron-right" className="size-4 transition-transform group-open:rotate-90" />
        What it must look like
      </summary>
      <ScrollRegion label="The schema" className="mt-2 max-h-64 overflow-auto rounded-control bg-bg/50 p-3">
        <pre className="font-mono text-xs leading-relaxed break-words whitespace-pre-wrap text-fg-2">
          {JSON.stringify(schema, null, 2)}
        </pre>
      </ScrollRegion>
    </details>
  );
}
