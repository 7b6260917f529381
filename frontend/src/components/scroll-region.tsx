import type { ComponentProps } from "react";

interface Props extends ComponentProps<"section"> {
  label: string;
}

/** A part that scrolls by itself: named, and reachable by keyboard, without which it could not be scrolled. */
export function ScrollRegion({ label, children, ...rest }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section aria-label={label} tabIndex={0} {...rest}>
      {children}
    </section>
  );
}
