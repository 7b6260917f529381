"""A template: a team of agents and the workflow they follow, ready to run."""

from pathlib import Path
from uuid import UUID, uuid5

from domain import agent, workflow
from domain.kernel import Record

_EXAMPLES = Path(__file__).parents[2] / "examples"


class Member(Record):
    """An agent of the template, and the step that it does."""

    step: str
    agent: agent.CreateAgent
    prompt: str
    needs: tuple[str, ...] = ()
    document: bool = True


class Template(Record):
    """`sample` is a file of `examples/` that shows what the template is for."""

    name: str
    title: str
    description: str
    members: tuple[Member, ...]
    sample: str

    def agent_id(self, workspace_id: UUID, member: Member) -> UUID:
        return uuid5(workspace_id, f"template:{self.name}:{member.step}")

    def workflow_id(self, workspace_id: UUID) -> UUID:
        return uuid5(workspace_id, f"template:{self.name}")

    def workflow(self, workspace_id: UUID) -> workflow.CreateWorkflow:
        """The workflow with the agents of this workspace."""
        nodes = tuple(
            workflow.AgentNode(
                member.step,
                self.agent_id(workspace_id, member),
                member.prompt,
                member.needs,
                document=member.document,
            )
            for member in self.members
        )
        return workflow.CreateWorkflow(self.title, nodes, self.description)

    def sample_text(self) -> str:
        """The sample document, as shipped."""
        return (_EXAMPLES / self.sample).read_text(encoding="utf-8")
