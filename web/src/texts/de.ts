// What all features share, in German.

import { list, many, number } from "../lib/formats";
import type { Like } from "../lib/language.svelte";
import type en from "./en";

export default {
  again: "Noch mal versuchen",
  moment: "Einen Moment …",
  close: "Schließen",
  save: "Speichern",
  showMore: "Mehr anzeigen",
  restFailed: "Der Rest konnte nicht geladen werden.",
  failed: "Das konnte nicht geladen werden",
  signIn: "Anmelden",
  signUp: "Konto anlegen",
  haveAccount: "Ich habe schon ein Konto",
  findEvent: "Event finden",
  theEvent: "Zum Event",
  inviteOnly: "Beitritt nur mit Einladung",
  linkCopied: "Der Link ist kopiert.",
  linkShown: "Hier ist der Link:",
  you: "Du",
  youInside: "dir",
  youBehind: "(du)",
  somebody: "Jemand",

  titles: {
    inbox: "Deine Pods",
    events: "Events",
    event: "Event",
    pod: "Pod",
    search: "Nachrichten finden",
    invite: "Einladung",
    me: "Du",
    nights: "Deine Abende",
    night: "Erinnerungsblatt",
    signin: "Anmelden",
    signup: "Konto anlegen",
    verify: "E-Mail bestätigen",
    reset: "Neues Passwort",
    nowhere: "Seite nicht gefunden",
  },

  nav: { home: "Podium, deine Pods", inbox: "Pods", events: "Events", me: "Du" },
  unread: "ungelesen",
  noPodOpen: "Kein Pod ist offen",
  choosePod: "Wähl einen Pod, und die Lichter gehen an.",
  language: "Sprache",
  languageFailed: "Die Sprache konnte nicht gewechselt werden. Prüf deine Verbindung und versuch es noch mal.",

  cannotShow: {
    page: "Diese Seite kann nicht angezeigt werden.",
    pods: "Deine Pods können nicht angezeigt werden.",
    pod: "Dieser Pod kann nicht angezeigt werden.",
    event: "Dieses Event kann nicht angezeigt werden.",
    person: "Diese Person kann nicht angezeigt werden.",
    message: "Diese Nachricht kann nicht angezeigt werden.",
    part: "Dieser Teil kann nicht angezeigt werden.",
  },
  reloadPage: "Seite neu laden",
  reload: "Neu laden",
  checkNetwork: "Prüf deine Verbindung und versuch es noch mal.",
  newVersionHasIt: "Es gibt eine neue Version von Podium, in der es das gibt.",

  connecting: "Verbinde … Was du schreibst, bleibt erhalten und geht raus, sobald du wieder verbunden bist.",
  offline: "Kein Netz. Was du schreibst, bleibt erhalten und geht raus, sobald du wieder verbunden bist.",

  newVersion: "Es gibt eine neue Version von Podium.",
  newVersionAlone: "Dieser Browser speichert nichts, du musst dich danach neu anmelden.",
  takeVersion: "Aktualisieren",
  later: "Später",
  fault: "Etwas hat nicht geklappt. Wenn es noch mal passiert, lad die Seite neu.",
  keepsNothing:
    "In diesem Browser kann Podium nichts speichern. Nur dieser Tab ist angemeldet: Nach dem Neuladen musst du dich neu anmelden.",
  sessionEnded: "Deine Sitzung ist zu Ende. Bitte melde dich neu an.",
  notRemoved:
    "Du bist abgemeldet, aber dieser Browser hat Podium nicht alles löschen lassen. Podium versucht es beim nächsten Öffnen noch mal.",

  notVisible: "Schreib etwas, das man sehen kann.",
  tooMany: (over: number) => `${number(over)} Zeichen zu viel`,
  seats: (taken: number, all: number, free: number) => `${taken} von ${all} Plätzen belegt, ${free} frei`,
  freeSeats: (free: number) => many(free, { one: "# freier Platz", other: "# freie Plätze" }),

  today: "Heute",
  yesterday: "Gestern",

  names: (names: string[]) => list(names),
  namesAndMore: (names: string[], more: number) => list([...names, `${number(more)} weitere`]),

  unknownDevice: "Unbekanntes Gerät",
  deviceOn: (browser: string, system: string) => `${browser} auf ${system}`,

  crowded: "Gerade kommen viele auf einmal. Du bist gleich dran.",
  inTurn: "Podium hat gerade viel zu tun. Gleich geht es von selbst weiter.",
  refusals: {
    network: "Keine Verbindung. Prüf dein Netz und versuch es noch mal.",
    unauthorized: "Du bist abgemeldet. Melde dich an und versuch es noch mal.",
    not_member: "Das können nur Mitglieder.",
    not_found: "Das gibt es nicht mehr.",
    pod_full: "Alle Plätze im Pod sind belegt.",
    unconfirmed: "Bestätige zuerst deine E-Mail-Adresse. Wir haben dir einen Link geschickt.",
    poll_closed: "Die Umfrage ist beendet.",
    forbidden: "Das darfst du hier nicht.",
    conflict: "Jemand war schneller. Lad die Seite neu und schau noch mal.",
    precondition_failed: "Das hat sich inzwischen geändert. Lad die Seite neu und schau noch mal.",
    precondition_required: "Inzwischen ist schon etwas da. Lad die Seite neu und sieh noch einmal hin.",
    too_large: "Das ist zu groß.",
    invalid: "Etwas ist nicht richtig ausgefüllt.",
    rate_limited: "Das war zu viel in zu kurzer Zeit. Warte einen Moment und versuch es dann noch mal.",
    overloaded: "Bei Podium ist gerade viel los. Versuch es gleich noch mal.",
    unavailable: "Podium antwortet gerade nicht. Versuch es gleich noch mal.",
    internal: "Da ist etwas schiefgegangen. Versuch es gleich noch mal.",
  },
  unforeseen: "Das hat nicht geklappt. Lad die Seite neu und versuch es noch mal.",

  rules: {
    blank: "Bitte füll das aus.",
    atMost: (most: string) => `Höchstens ${most} Zeichen.`,
    atLeast: (least: string) => `Mindestens ${least} Zeichen.`,
    email: "Das ist keine E-Mail-Adresse, wie ana@example.org.",
    controls: "Hier sind Zeichen drin, die nicht gehen.",
    address: "Diese Adresse geht hier nicht.",
    years: "Wähl ein Jahr zwischen 1900 und 2199.",
    other: "Das stimmt so nicht.",
  },
} satisfies Like<typeof en>;
