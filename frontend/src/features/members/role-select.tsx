import { useMutation } from "@tanstack/react-query";
import { FieldError } from "~/components/field";
import { changeRole } from "~/features/members/api/change-role";
import { memberName } from "~/features/members/member-words";
import { useRefresh } from "~/features/members/use-refresh";
import { toProblem } from "~/lib/api/problem";
import type { Member } from "~/lib/api/types";

/** The role of a member. What is chosen holds when the server has taken it; until then the old one is shown. */
export function RoleSelect({ member, roles }: { member: Member; roles: readonly string[] }) {
  const refresh = useRefresh();
  const change = useMutation({
    mutationFn: (role: string) => changeRole(member.user_id, role),
    onSettled: refresh,
  });
  const offered = roles.includes(member.role) ? roles : [member.role, ...roles];
  const id = `role-fault-${member.user_id}`;
  const problem = change.error ? toProblem(change.error) : undefined;
  return (
    <div className="min-w-32">
      <select
        className="control min-h-9 py-1 text-sm"
        aria-label={`Role of ${memberName(member)}`}
        aria-invalid={problem ? true : undefined}
        aria-describedby={problem ? id : undefined}
        disabled={change.isPending}
        value={member.role}
        onChange={(event) => change.mutate(event.target.value)}
      >
        {offered.map((role) => (
          <option key={role} value={role}>
            {role}
          </option>
        ))}
      </select>
      {problem && <FieldError id={id} message={problem.detail || problem.title} />}
    </div>
  );
}
