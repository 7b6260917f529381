import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { AskingButton } from "~/components/asking-button";
import { Button } from "~/components/button";
import { Loaded } from "~/components/loaded";
import { ProblemNotice } from "~/components/notice";
import { Panel } from "~/components/panel";
import { RecordItem, Records, Tag } from "~/components/records";
import { endLogin } from "~/features/logins/api/end-login";
import { loginsQuery } from "~/features/logins/api/list-logins";
import { signOutEverywhere } from "~/features/logins/api/sign-out-everywhere";
import { loginName, methodWords } from "~/features/logins/login-words";
import { toProblem } from "~/lib/api/problem";
import type { Login } from "~/lib/api/types";
import { formatAgo, formatMoment } from "~/lib/format";

/** Where one is signed in, and the ways out. */
export function LoginsList({ onSignedOut }: { onSignedOut: () => void }) {
  const query = useQuery(loginsQuery);
  return (
    <Panel
      title="Sign-ins"
      lead="Each browser and client that is signed in as you. If there is one that you do not know, sign it out and change your password."
      action={
        <AskingButton
          kind="danger"
          icon="log-out"
          label="Sign out everywhere"
          question="Sign out everywhere?"
          confirm="Sign out everywhere"
          failed="You could not be signed out"
          act={() => signOutEverywhere().then(onSignedOut)}
        >
          <p>Every sign-in ends, this one too. API keys stay as they are.</p>
        </AskingButton>
      }
    >
      <Loaded query={query} what="The sign-ins">
        {(logins) => (
          <Records label="Sign-ins">
            {logins.map((login) => (
              <LoginItem key={login.id} login={login} />
            ))}
          </Records>
        )}
      </Loaded>
    </Panel>
  );
}

function LoginItem({ login }: { login: Login }) {
  const name = loginName(login);
  return (
    <RecordItem
      title={name}
      tags={login.current && <Tag tone="ok">This one</Tag>}
      actions={!login.current && <EndButton login={login} name={name} />}
    >
      <p>
        In the workspace {login.workspace_name} since {formatMoment(login.started_at)},{" "}
        {methodWords(login.method)}.
      </p>
      <p>
        {login.last_used_at ? `Last used ${formatAgo(login.last_used_at, Date.now())}.` : "Not used yet."}{" "}
        Ends by {formatMoment(login.expires_at)}.
      </p>
    </RecordItem>
  );
}

function EndButton({ login, name }: { login: Login; name: string }) {
  const queryClient = useQueryClient();
  const end = useMutation({
    mutationFn: () => endLogin(login.id),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: loginsQuery.queryKey }),
  });
  return (
    <>
      <Button
        small
        icon="log-out"
        busy={end.isPending}
        disabled={end.isPending}
        aria-label={`Sign out: ${name}, since ${formatMoment(login.started_at)}`}
        onClick={() => end.mutate()}
      >
        Sign out
      </Button>
      {end.error && <ProblemNotice what="It could not be signed out" problem={toProblem(end.error)} />}
    </>
  );
}
