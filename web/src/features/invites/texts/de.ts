import type { Like } from "../../../lib/language.svelte";
import type en from "./en";

export default {
  titleOf: (pod: string) => `Einladung in ${pod}`,
  gone: "Diese Einladung gibt es nicht",
  goneMore: "Der Link ist nicht vollständig, oder den Pod gibt es nicht mehr. Lass ihn dir noch mal schicken.",
  opening: "Die Einladung wird geöffnet …",
  invitedBy: (who: string) => `${who} hält dir einen Platz frei`,
  invited: "Hier ist ein Platz für dich",
  removed: "Du wurdest aus diesem Pod entfernt. Wer ihn leitet, kann dich wieder hereinlassen.",
  inAlready: "Du bist dabei: Pod öffnen",
  toEvent: "Zum Event",
  taking: "Dein Platz wird belegt …",
  take: "Platz nehmen",
  takeAs: (name: string) => `Als ${name}. Du stehst dann auch auf der Liste des Events.`,
  signUpAndTake: "Konto anlegen und Platz nehmen",

  over: {
    used_up: ["Dieser Link ist aufgebraucht", "Er wurde so oft benutzt, wie es vorgesehen war. Frag nach einem neuen."],
    expired: ["Dieser Link ist abgelaufen", "Er galt nur eine Weile. Frag nach einem neuen."],
    revoked: ["Dieser Link gilt nicht mehr", "Er wurde zurückgenommen. Frag nach einem neuen."],
    full: ["Alle Plätze sind belegt", "Dieser Pod ist voll. Beim Event ist Platz für weitere Pods."],
    closed: ["Diesen Pod gibt es nicht mehr", "Beim Event gibt es vielleicht noch andere."],
  },
} satisfies Like<typeof en>;
