import type { Like } from "../../../lib/language.svelte";
import type en from "./en";

export default {
  title: "Treffpunkt",
  name: "Treffpunkt festlegen",
  change: "Treffpunkt ändern",
  isPublic: "Das sehen alle, auch ohne Konto.",
  changed: (when: string) => `Zuletzt geändert: ${when}`,
  named: "Es gibt jetzt einen Treffpunkt.",
  show: "Anzeigen",
  gone: "Er wurde zurückgenommen. Im Moment gibt es keinen Treffpunkt.",
  whole: "Alles anzeigen",
  less: "Weniger anzeigen",

  place: "Wo trefft ihr euch?",
  placeExample: "An der Laterne beim linken Tor",
  when: "Wann?",
  whenHint: (zone: string) => `In der Zeit des Ortes (${zone}).`,
  note: "Oder wann, in Worten",
  noteExample: "Nach der Vorband",
  how: "Wie findet man hin?",
  showToAll: "Allen zeigen, auch ohne Konto",
  delete: "Löschen",
  deleteSure: "Sicher? Dann ist er für alle weg",

  overtaken: "Inzwischen hat ihn jemand geändert. Jetzt steht da:",
  overtakenGone: "Inzwischen hat ihn jemand gelöscht.",
  yoursBelow: "Was du geschrieben hast, steht noch unten.",
  takeTheirs: "So lassen, wie es jetzt ist",
  saveMine: "Meins an seine Stelle setzen",
  nameAgain: "Noch einmal festlegen",
} satisfies Like<typeof en>;
