import { Link, Outlet } from "@tanstack/react-router";
import { useSession } from "~/app/use-session";
import { Icon, type IconName } from "~/components/icon";
import { PageHeader } from "~/components/page-header";
import type { Scope } from "~/lib/scopes";

const PARTS = [
  { to: "/settings", label: "Profile", icon: "user" },
  { to: "/settings/sign-ins", label: "Sign-ins", icon: "monitor" },
  { to: "/settings/keys", label: "API keys", icon: "key-round" },
  { to: "/settings/members", label: "Members", icon: "users", needs: "members:manage" },
  { to: "/settings/roles", label: "Roles", icon: "shield", needs: "roles:manage" },
  { to: "/settings/workspaces", label: "Workspaces", icon: "building-2" },
] as const satisfies readonly { to: string; label: string; icon: IconName; needs?: Scope }[];

const LINK = `inline-flex min-h-11 items-center gap-2.5 rounded-control px-3 whitespace-nowrap transition-colors
  duration-200 hover:bg-overlay hover:text-fg`;

export function Settings() {
  const { scopes } = useSession();
  const parts = PARTS.filter((part) => !("needs" in part) || scopes.includes(part.needs));
  return (
    <>
      <PageHeader title="Settings" />
      <div className="grid items-start gap-6 md:grid-cols-[12rem_minmax(0,1fr)]">
        <nav aria-label="Settings" className="flex flex-wrap gap-1 md:grid">
          {parts.map(({ to, label, icon }) => (
            <Link
              key={to}
              to={to}
              activeOptions={{ exact: true }}
              className={LINK}
              activeProps={{ className: "bg-overlay text-fg", "aria-current": "page" }}
              inactiveProps={{ className: "text-fg-3" }}
            >
              <Icon name={icon} />
              {label}
            </Link>
          ))}
        </nav>
        <div className="grid min-w-0 gap-6">
          <Outlet />
        </div>
      </div>
    </>
  );
}
