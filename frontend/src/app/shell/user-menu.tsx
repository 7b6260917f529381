import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { type ReactNode, useId, useRef } from "react";
import { forget } from "~/app/forget";
import { useSession } from "~/app/use-session";
import { Icon, type IconName } from "~/components/icon";
import { signOut } from "~/features/session/api/sign-out";
import { workspacesQuery } from "~/features/workspaces/api/list-workspaces";

const ITEM = "flex min-h-11 w-full items-center gap-3 rounded-control px-3 text-left hover:bg-overlay";

interface Props {
  /** Where the menu opens, as classes of its place in the window. */
  opensAt: string;
  className: string;
  children: ReactNode;
}

/** Who is signed in, and what concerns them. The browser itself closes it: by Escape, or a click elsewhere. */
export function UserMenu({ opensAt, className, children }: Props) {
  const id = useId();
  const session = useSession();
  const { data: workspaces } = useQuery(workspacesQuery);
  const place = workspaces?.find((workspace) => workspace.current)?.name;
  const menu = useRef<HTMLDivElement>(null);
  const close = () => menu.current?.hidePopover();
  return (
    <>
      <button type="button" popoverTarget={id} className={className}>
        <span className="sr-only">Account:</span> {children}
      </button>
      <div
        ref={menu}
        id={id}
        popover="auto"
        className={`card fixed m-0 w-64 bg-raised p-2 text-fg shadow-[0_1rem_3rem_var(--shade)] ${opensAt}`}
      >
        <div className="border-b-[1.5px] border-line px-3 pt-1 pb-3">
          <p className="font-medium break-words">{session.name}</p>
          <p className="text-sm break-words text-fg-3">
            {place ? `${session.role} in ${place}` : session.role}
          </p>
        </div>
        <ul className="grid pt-2">
          <Place to="/settings" icon="settings" label="Settings" onGone={close} />
          <Place to="/settings/workspaces" icon="building-2" label="Workspaces" onGone={close} />
          <li>
            <SignOut />
          </li>
        </ul>
      </div>
    </>
  );
}

interface PlaceProps {
  to: "/settings" | "/settings/workspaces";
  icon: IconName;
  label: string;
  onGone: () => void;
}

function Place({ to, icon, label, onGone }: PlaceProps) {
  return (
    <li>
      <Link to={to} className={ITEM} onClick={onGone}>
        <Icon name={icon} className="size-5 text-fg-3" />
        {label}
      </Link>
    </li>
  );
}

function SignOut() {
  const router = useRouter();
  const queryClient = useQueryClient();
  const leave = useMutation({
    mutationFn: signOut,
    onSuccess: async () => {
      await router.navigate({ to: "/login" });
      forget(queryClient);
    },
  });
  return (
    <button
      type="button"
      className={`${ITEM} ${leave.isError ? "text-danger" : ""}`}
      onClick={() => leave.mutate()}
    >
      <Icon name={leave.isError ? "triangle-alert" : "log-out"} className="size-5 text-fg-3" />
      <span aria-live="polite">{leave.isError ? "Signing out failed, try again" : "Sign out"}</span>
    </button>
  );
}
