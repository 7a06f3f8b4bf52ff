import type { Like } from "../../../lib/language.svelte";
import type en from "./en";

export default {
  title: "Deine Pods",
  findMore: "Mehr finden",
  pinned: "angeheftet",
  markedUnread: "als ungelesen markiert",
  onlyYou: "Bisher nur du",
  withNames: (names: string) => `mit ${names}`,
  flagsOf: (pod: string) => `${pod} anheften oder als ungelesen markieren`,
  pin: "Oben anheften",
  unpin: "Nicht mehr anheften",
  markRead: "Als gelesen markieren",
  markUnread: "Als ungelesen markieren",

  empty: "Noch kein Pod",
  emptyMore:
    "Such dein Event, sag, dass du hingehst, und nimm dir einen Platz in einem Pod. Oder mach selbst einen auf und schick den Link herum.",
  failedMore: "Deine Pods konnten nicht geladen werden. Es ist nichts verloren.",
  loading: "Wird geladen",

  last: {
    text: (who: string, text: string) => `${who}: ${text}`,
    deleted: (who: string) => `${who} hat eine Nachricht gelöscht`,
    joined: (who: string) => `${who} ist jetzt dabei`,
    left: (who: string) => `${who} ist nicht mehr dabei`,
    removed: (who: string) => `${who} wurde entfernt`,
    renamed: (who: string, name: string) => `${who} hat den Pod „${name}“ genannt`,
    owner: (who: string) => `${who} leitet jetzt den Pod`,
  },
  mine: {
    text: (text: string) => `Du: ${text}`,
    deleted: "Du hast eine Nachricht gelöscht",
    joined: "Du bist jetzt dabei",
    left: "Du bist nicht mehr dabei",
    removed: "Du wurdest entfernt",
    renamed: (name: string) => `Du hast den Pod „${name}“ genannt`,
    owner: "Du leitest jetzt den Pod",
  },
} satisfies Like<typeof en>;
