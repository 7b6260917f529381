import { useEffect, useState } from "react";
import { Button } from "~/components/button";
import { TextField } from "~/components/text-field";
import type { Wanted } from "~/features/sessions/api/list-sessions";

const PAUSE_MS = 250;
const LONGEST = 80;

interface Props {
  wanted: Wanted;
  onWanted: (wanted: Wanted) => void;
}

/** Finds conversations by what was said in them, among the open ones or those that are archived. */
export function FindSessions({ wanted, onWanted }: Props) {
  const [words, setWords] = useState(wanted.words ?? "");
  const archived = wanted.status === "archived";
  useEffect(() => {
    if (words.trim() === (wanted.words ?? "")) return;
    const timer = setTimeout(() => onWanted({ ...wanted, words: words.trim() }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [words, wanted, onWanted]);
  return (
    <div className="flex flex-wrap items-end gap-3">
      <div className="min-w-0 flex-1 basis-60">
        <TextField
          label="Words of the conversation"
          type="search"
          value={words}
          maxLength={LONGEST}
          autoComplete="off"
          onValue={setWords}
        />
      </div>
      <Button
        icon="archive"
        aria-pressed={archived}
        onClick={() => onWanted({ ...wanted, status: archived ? "open" : "archived" })}
      >
        Archived
      </Button>
    </div>
  );
}
