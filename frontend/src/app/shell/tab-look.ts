/** The look of a place under the thumb. */
export const TAB =
  "relative grid min-h-14 content-start justify-items-center gap-0.5 border-t-[3px] pt-1.5 text-xs focus-visible:-outline-offset-4";
