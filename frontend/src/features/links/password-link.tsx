import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Loaded } from "~/components/loaded";
import { linkQuery } from "~/features/links/api/read-link";
import { PasswordForm } from "~/features/links/password-form";
import { toProblem } from "~/lib/api/problem";
import { isVoid } from "~/lib/api/void-link";

interface Props {
  link: string;
  ifVoid: ReactNode;
  onSignedIn: () => void;
}

/** What a link for choosing a password leads to: the form, or why there is none. */
export function PasswordLink({ link, ifVoid, onSignedIn }: Props) {
  const query = useQuery({ ...linkQuery(link), enabled: link !== "" });
  if (!link || (query.error && isVoid(toProblem(query.error)))) return ifVoid;
  return (
    <Loaded query={query} what="The link">
      {({ name, first }) => (
        <PasswordForm link={link} name={name} first={first} ifVoid={ifVoid} onSignedIn={onSignedIn} />
      )}
    </Loaded>
  );
}
