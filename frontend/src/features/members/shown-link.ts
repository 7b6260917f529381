/** A link that was just made: whom it is for, and what its opener does with it. */
export interface ShownLink {
  title: string;
  link: string;
  expiresAt: string;
}
