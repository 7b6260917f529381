import { UserMenu } from "~/app/shell/user-menu";
import { useSession } from "~/app/use-session";
import { Icon } from "~/components/icon";

const FACE =
  "grid size-9 shrink-0 place-items-center rounded-full bg-overlay font-display font-semibold text-fg-2 uppercase";

/** Who is signed in, at the foot of a wide screen's navigation. */
export function SignedIn() {
  const { name, role } = useSession();
  return (
    <div className="border-t-[1.5px] border-line pt-3">
      <UserMenu
        opensAt="inset-[auto_auto_5.25rem_1rem]"
        className="flex w-full items-center gap-3 rounded-control p-2 text-left hover:bg-overlay"
      >
        <span aria-hidden="true" className={FACE}>
          {name.slice(0, 1)}
        </span>
        <span className="min-w-0 flex-1 leading-tight">
          <span className="block truncate font-medium">{name}</span>
          <span className="block truncate text-xs text-fg-3">{role}</span>
        </span>
        <Icon name="chevron-up" className="size-4 text-fg-3" />
      </UserMenu>
    </div>
  );
}

/** The same at the head of a narrow screen. */
export function SignedInSmall() {
  const { name } = useSession();
  return (
    <UserMenu
      opensAt="inset-[3.75rem_1rem_auto_auto]"
      className="grid size-11 place-items-center rounded-full"
    >
      <span aria-hidden="true" className={FACE}>
        {name.slice(0, 1)}
      </span>
      <span className="sr-only">{name}</span>
    </UserMenu>
  );
}
