import type { Like } from "../../../lib/language.svelte";
import type en from "./en";

export default {
  back: "Zurück zu deinen Pods",
  field: "Wörter der Nachricht",
  example: "Was wurde geschrieben?",
  hint: "Durchsucht alle deine Pods, jeweils ab dem Moment, seit dem du dabei bist.",
  searching: "Suche …",
  further: "Suche weiter zurück …",
  found: "Das Neueste zuerst",
  who: (who: string) => `${who}:`,
  none: "Nichts gefunden",
  noneMore: (words: string) => `Keine Nachricht in deinen Pods enthält „${words}“.`,
  noneYet: "Nichts unter den neueren Nachrichten",
  noneYetMore: (words: string) => `„${words}“ steht vielleicht weiter zurück.`,
  goFurther: "Weiter zurück suchen",
} satisfies Like<typeof en>;
