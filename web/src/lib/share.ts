// Sharing a link: by the phone's own means, or by copying it.

import { copy } from "./clipboard";

/** What has become of it; "shown" leaves it to the page to show the link. */
export type Shared = "shared" | "copied" | "shown";

export async function share(text: string, url: string): Promise<Shared> {
  const { share } = navigator as Partial<Navigator>;
  if (share && matchMedia("(hover: none)").matches) {
    try {
      await share.call(navigator, { text, url });
      return "shared";
    } catch (error) {
      // The person thought better of it.
      if (error instanceof DOMException && error.name === "AbortError") return "shared";
    }
  }
  return (await copy(url)) ? "copied" : "shown";
}
