import { useQuery } from "@tanstack/react-query";
import { buttonClass } from "~/components/button";
import { Icon } from "~/components/icon";
import { providersQuery, signOnAddress } from "~/features/session/api/list-providers";

/** A way in for each provider of single sign-on. Where they cannot be read, the password is still there. */
export function SignOnButtons({ next }: { next: string }) {
  const { data: providers } = useQuery(providersQuery);
  if (!providers?.length) return null;
  return (
    <div className="mt-6 grid gap-3">
      <p className="flex items-center gap-3 text-sm text-fg-3 before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
        or
      </p>
      {providers.map(({ name, title }) => (
        <a key={name} href={signOnAddress(name, next)} className={`${buttonClass("quiet")} w-full`}>
          <Icon name="log-in" />
          <span className="truncate">Continue with {title}</span>
        </a>
      ))}
    </div>
  );
}
