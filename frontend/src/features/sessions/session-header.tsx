import { Link } from "@tanstack/react-router";
import { type FormEvent, type KeyboardEvent, useState } from "react";
import { Button } from "~/components/button";
import { Icon } from "~/components/icon";
import { ProblemNotice } from "~/components/notice";
import { OpeningButton } from "~/components/opening-button";
import { Refusal } from "~/components/refusal";
import { TextField } from "~/components/text-field";
import { archiveSession, reopenSession, retitleSession } from "~/features/sessions/api/change-session";
import { useTalk } from "~/features/sessions/talk";
import { useSaying } from "~/features/sessions/use-saying";
import type { SessionSummary } from "~/lib/api/types";
import { formatMoment } from "~/lib/format";
import { MAX_TITLE } from "~/lib/text-document";
import { useFocusOnMount } from "~/lib/use-focus-on-mount";

interface Props {
  session: SessionSummary;
  mayChange: boolean;
}

/** What a conversation is called and with whom it is, with the ways to rename and to archive it. */
export function SessionHeader({ session, mayChange }: Props) {
  const { who } = useTalk();
  const [renaming, setRenaming] = useState(false);
  return (
    <header className="mb-8 grid grid-cols-1 gap-4">
      <title>{`${session.title} · Z2`}</title>
      <Link
        to="/chat"
        className="inline-flex min-h-6 items-center gap-1 justify-self-start rounded-sm text-sm text-info underline-offset-4 hover:underline"
      >
        <Icon name="chevron-left" />
        All conversations
      </Link>
      <div className="flex flex-wrap items-start justify-between gap-4">
        <div className="min-w-0 flex-1 basis-72">
          <h1 className="text-2xl font-semibold break-words sm:text-3xl">{session.title}</h1>
          <p className="mt-1.5 break-words text-fg-3">
            With {who}, since {formatMoment(session.created_at)}
            {session.status === "archived" && ", archived"}
          </p>
        </div>
        {mayChange && (
          <div className="flex flex-wrap gap-2">
            <OpeningButton open={renaming} onOpen={() => setRenaming(!renaming)} icon="pencil">
              Rename
            </OpeningButton>
            <Archive session={session} />
          </div>
        )}
      </div>
      {renaming && <Rename session={session} onClose={() => setRenaming(false)} />}
    </header>
  );
}

function Archive({ session }: { session: SessionSummary }) {
  const open = session.status === "open";
  const change = useSaying(() => (open ? archiveSession(session.id) : reopenSession(session.id)));
  return (
    <>
      <Button
        icon={open ? "archive" : "rotate-cw"}
        busy={change.isPending}
        disabled={change.isPending}
        onClick={() => change.mutate(undefined)}
      >
        {open ? "Archive" : "Reopen"}
      </Button>
      {change.problem && <ProblemNotice what="It stays as it is" problem={change.problem} />}
    </>
  );
}

function Rename({ session, onClose }: { session: SessionSummary; onClose: () => void }) {
  const [title, setTitle] = useState(session.title);
  const form = useFocusOnMount<HTMLFormElement>("input");
  const rename = useSaying((wanted: string) => retitleSession(session.id, wanted), onClose);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!rename.isPending) rename.mutate(title.trim());
  };
  const leave = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.nativeEvent.isComposing) onClose();
  };
  return (
    <form
      ref={form}
      noValidate
      onSubmit={submit}
      onKeyDown={leave}
      className="card grid grid-cols-1 max-w-2xl gap-4 p-4"
    >
      <Refusal title="It keeps its title" problem={rename.problem} fields={["title"]} />
      <TextField
        label="Title"
        value={title}
        maxLength={MAX_TITLE}
        autoComplete="off"
        onValue={setTitle}
        error={rename.problem?.field("title")}
      />
      <div className="flex flex-wrap gap-3">
        <Button type="submit" kind="primary" icon="check" busy={rename.isPending}>
          Rename it
        </Button>
        <Button onClick={onClose}>Leave it</Button>
      </div>
    </form>
  );
}
