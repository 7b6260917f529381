import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createQueryClient } from "~/app/query-client";
import { createPageRouter } from "~/app/router";
import { toLogin } from "~/app/to-login";
import "~/app/styles/index.css";

const queryClient = createQueryClient(() => toLogin(router, queryClient));
const router = createPageRouter(queryClient);
const container = document.getElementById("root");

if (container) {
  createRoot(container).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
