import type { ReactNode } from "react";
import { FieldError } from "~/components/field";

interface Props {
  legend: string;
  lead?: ReactNode;
  fault?: string | undefined;
  children: ReactNode;
}

/** One group of the form. */
export function Section({ legend, lead, fault, children }: Props) {
  const id = `${legend.toLowerCase().replaceAll(" ", "-")}-fault`;
  return (
    <fieldset
      className="card min-w-0 p-5 sm:p-6"
      aria-describedby={fault ? id : undefined}
      data-fault={fault ? "" : undefined}
    >
      <legend className="float-left w-full font-display text-lg font-semibold">{legend}</legend>
      <div className="clear-both">
        {lead && <p className="mt-0.5 text-sm text-fg-3">{lead}</p>}
        {fault && <FieldError id={id} message={fault} />}
        <div className="mt-4">{children}</div>
      </div>
    </fieldset>
  );
}
