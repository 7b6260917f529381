import type { ComponentProps } from "react";

interface Props extends ComponentProps<"div"> {
  label: string;
}

/** A part that scrolls by itself: named, and reachable by keyboard, without which it could not be scrolled. */
export function ScrollRegion({ label, children, ...rest }: Props) {
  return (
    // biome-ignore lint/a11y: a scrolling part must be reachable by keyboard, and is neither a landmark nor a fieldset
    <div role="group" aria-label={label} tabIndex={0} {...rest}>
      {children}
    </div>
  );
}
