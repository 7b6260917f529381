import { useMutation } from "@tanstack/react-query";
import { Button } from "~/components/button";
import { FieldError } from "~/components/field";
import { Panel } from "~/components/panel";
import { RecordItem, Records, Tag } from "~/components/records";
import { linkProvider } from "~/features/profile/api/link-provider";
import { toProblem } from "~/lib/api/problem";
import type { SignOnProvider } from "~/lib/api/types";

interface Props {
  providers: readonly SignOnProvider[];
  /** The names of those that the account is linked to. */
  linked: readonly string[];
}

/** The providers of single sign-on with which the person can sign in, and could. */
export function ProvidersPanel({ providers, linked }: Props) {
  if (providers.length === 0) return null;
  return (
    <Panel title="Single sign-on" lead="Sign in with an account that you have elsewhere.">
      <Records label="Single sign-on">
        {providers.map((provider) => {
          const isLinked = linked.includes(provider.name);
          return (
            <RecordItem
              key={provider.name}
              title={provider.title}
              tags={isLinked && <Tag tone="ok">Linked</Tag>}
              actions={!isLinked && <LinkButton provider={provider} />}
            >
              {isLinked ? "You can sign in with it." : "Not linked to your account."}
            </RecordItem>
          );
        })}
      </Records>
    </Panel>
  );
}

function LinkButton({ provider }: { provider: SignOnProvider }) {
  const link = useMutation({
    mutationFn: () => linkProvider(provider.name),
    onSuccess: (address) => window.location.assign(address),
  });
  const problem = link.error ? toProblem(link.error) : undefined;
  return (
    <div>
      <Button
        small
        icon="log-in"
        busy={link.isPending}
        aria-label={`Link: ${provider.title}`}
        onClick={() => link.mutate()}
      >
        Link
      </Button>
      {problem && <FieldError id={`link-fault-${provider.name}`} message={problem.detail || problem.title} />}
    </div>
  );
}
