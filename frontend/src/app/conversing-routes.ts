import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signedIn } from "~/app/signed-in-route";
import { readChatSearch, readTalkSearch } from "~/features/sessions/search";

const agents = createRoute({
  getParentRoute: () => signedIn,
  path: "/agents",
  component: lazyRouteComponent(() => import("~/app/routes/agents"), "Agents"),
});

const newAgent = createRoute({
  getParentRoute: () => signedIn,
  path: "/agents/new",
  component: lazyRouteComponent(() => import("~/app/routes/edit-agent"), "NewAgent"),
});

const editAgent = createRoute({
  getParentRoute: () => signedIn,
  path: "/agents/$agentId/edit",
  component: lazyRouteComponent(() => import("~/app/routes/edit-agent"), "EditAgent"),
});

const chat = createRoute({
  getParentRoute: () => signedIn,
  path: "/chat",
  validateSearch: readChatSearch,
  component: lazyRouteComponent(() => import("~/app/routes/chat"), "Chat"),
});

const chatSession = createRoute({
  getParentRoute: () => signedIn,
  path: "/chat/$sessionId",
  validateSearch: readTalkSearch,
  component: lazyRouteComponent(() => import("~/app/routes/chat-session"), "ChatSession"),
});

/** The agents, and the conversations with them. */
export const conversing = [agents, newAgent, editAgent, chat, chatSession] as const;
