import { useEffect, useRef } from "react";
import type { Faults } from "~/features/runs/start/draft";

const TO_BLAME =
  "[aria-invalid=true], fieldset[data-fault] input:checked, fieldset[data-fault] input:enabled";

/** After a refused submission the focus goes to the first field that is to blame, and in a text to the mistake. */
export function useFocusOnFault(faults: Faults, refusal: Error | null, mistake: number | undefined) {
  const form = useRef<HTMLFormElement>(null);
  const place = useRef(mistake);
  place.current = mistake;
  useEffect(() => {
    if (Object.keys(faults).length === 0 && refusal === null) return;
    const field = form.current?.querySelector<HTMLElement>(TO_BLAME);
    field?.focus();
    if (faults.text === undefined || place.current === undefined) return;
    if (field instanceof HTMLTextAreaElement) field.setSelectionRange(place.current, place.current + 1);
  }, [faults, refusal]);
  return form;
}
