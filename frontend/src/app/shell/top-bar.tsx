import { Link } from "@tanstack/react-router";
import { ConnectionBadge } from "~/app/shell/connection-badge";
import { SignedInSmall } from "~/app/shell/signed-in";
import { Brand } from "~/components/brand";

/** The head of a narrow screen. */
export function TopBar() {
  return (
    <header className="sticky top-0 z-20 flex items-center gap-3 border-b-[1.5px] border-line bg-surface px-4 py-2 lg:hidden">
      <Link to="/runs" className="flex items-center gap-2.5 rounded-control py-1">
        <Brand />
        <span className="font-display text-lg font-semibold">Z2</span>
      </Link>
      <div className="ml-auto">
        <ConnectionBadge />
      </div>
      <SignedInSmall />
    </header>
  );
}
