import { getRouteApi } from "@tanstack/react-router";
import { useSession } from "~/app/use-session";
import { PageHeader } from "~/components/page-header";
import { DevicePage } from "~/features/device/device-page";

const route = getRouteApi("/signed-in/device");

export function Device() {
  const { code = "" } = route.useSearch();
  const { name } = useSession();
  return (
    <>
      <PageHeader
        title="Sign in a device"
        lead="A terminal or another client shows a code and waits for you."
      />
      <DevicePage key={code} carried={code} name={name} />
    </>
  );
}
