import { type ChangeEvent, useRef } from "react";
import { Button } from "~/components/button";
import type { IconName } from "~/components/icon";

interface Props {
  accept: string;
  /** What the file is, for a screen reader. */
  label: string;
  icon?: IconName;
  words?: string;
  onFile: (file: File | undefined) => Promise<void>;
}

/** Takes a file of the person's; the same one may be chosen again. */
export function FileButton({ accept, label, icon = "upload", words = "Choose a file", onFile }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    void onFile(event.target.files?.[0]);
    event.target.value = "";
  };
  return (
    <>
      <Button icon={icon} onClick={() => input.current?.click()}>
        {words}
      </Button>
      <input
        ref={input}
        type="file"
        accept={accept}
        aria-label={label}
        tabIndex={-1}
        className="hidden"
        onChange={choose}
      />
    </>
  );
}
