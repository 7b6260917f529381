import { type DragEvent, useState } from "react";

/** A place on which a file may be dropped. */
export function useDrop(take: (file: File | undefined) => Promise<void>) {
  const [over, setOver] = useState(false);
  const handlers = {
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      setOver(false);
      const file = event.dataTransfer.files[0];
      if (file === undefined) return;
      event.preventDefault();
      void take(file);
    },
  };
  return { over, handlers };
}
