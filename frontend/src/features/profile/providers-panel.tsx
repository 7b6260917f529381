import { Panel } from "~/components/panel";
import { Records } from "~/components/records";
import { ProviderItem } from "~/features/profile/provider-item";
import type { Profile, SignOnProvider } from "~/lib/api/types";

interface Props {
  providers: readonly SignOnProvider[];
  profile: Profile;
}

/** The providers of single sign-on with which the person can sign in, and could. */
export function ProvidersPanel({ providers, profile }: Props) {
  if (providers.length === 0) return null;
  return (
    <Panel title="Single sign-on" lead="Sign in with an account that you have elsewhere.">
      <Records label="Single sign-on">
        {providers.map((provider) => (
          <ProviderItem
            key={provider.name}
            provider={provider}
            linked={profile.providers.includes(provider.name)}
            hasPassword={profile.has_password}
          />
        ))}
      </Records>
    </Panel>
  );
}
