import { useQuery } from "@tanstack/react-query";
import { Loaded } from "~/components/loaded";
import { profileQuery } from "~/features/profile/api/read-profile";
import { EmailPanel } from "~/features/profile/email-panel";
import { NameForm } from "~/features/profile/name-form";
import { PasswordPanel } from "~/features/profile/password-panel";
import { ProvidersPanel } from "~/features/profile/providers-panel";
import { providersQuery } from "~/features/session/api/list-providers";

export function Profile() {
  const query = useQuery(profileQuery);
  const { data: providers } = useQuery(providersQuery);
  return (
    <Loaded query={query} what="Your profile" lines={5}>
      {(profile) => (
        <>
          <NameForm profile={profile} />
          <EmailPanel profile={profile} />
          <PasswordPanel profile={profile} />
          <ProvidersPanel providers={providers ?? []} profile={profile} />
        </>
      )}
    </Loaded>
  );
}
