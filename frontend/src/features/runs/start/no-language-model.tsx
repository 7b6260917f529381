import { Notice } from "~/components/notice";

/** How to come by a language model where none is ready. */
export function NoLanguageModel() {
  return (
    <Notice tone="warn" title="No language model is ready">
      <p>
        What needs one cannot be started yet. Give this workspace the key of a provider, for example with{" "}
        <code className="font-mono text-xs">z2 providers add openai</code>, or have whoever runs Z2 set{" "}
        <code className="font-mono text-xs">OPENAI_API_KEY</code>. Under Model stands what each model lacks.
      </p>
    </Notice>
  );
}
