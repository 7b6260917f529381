/** A small workflow to begin with. */
export const EXAMPLE = `name: Two opinions
description: Two readers look at a text side by side, and an editor puts what they say together.
input:
  type: string
agents:
  reader:
    role: Reader
    instructions: You read closely. You say what the text claims, and what it leaves open.
  editor:
    role: Editor
    instructions: You put several readings together into one short and fair summary.
nodes:
  - id: claims
    title: What it claims
    kind: agent
    agent: reader
    prompt: "What does this text claim?\\n\\n{{ input }}"
  - id: gaps
    title: What it leaves open
    kind: agent
    agent: reader
    prompt: "What does this text leave open?\\n\\n{{ input }}"
  - id: summary
    title: Summary
    kind: agent
    agent: editor
    needs: [claims, gaps]
    prompt: "Put this together:\\n\\n{{ steps.claims }}\\n\\n{{ steps.gaps }}"
`;
