import type { Like } from "../../../lib/language.svelte";
import type en from "./en";

export default {
  title: "Seite nicht gefunden",
  lead: "Die Adresse stimmt nicht, oder was hier war, gibt es nicht mehr.",
  back: "Zu deinen Pods",
} satisfies Like<typeof en>;
