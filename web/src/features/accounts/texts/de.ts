import { many } from "../../../lib/formats";
import type { Like } from "../../../lib/language.svelte";
import type en from "./en";

export default {
  email: "E-Mail",
  password: "Passwort",
  newPassword: "Neues Passwort",
  backToSignIn: "Zurück zur Anmeldung",
  checkMail: "Schau in deine Mails",
  toPods: "Zu deinen Pods",

  signInLead: "Schön, dass du da bist. Deine Crew rätselt schon, was zuerst gespielt wird.",
  signingIn: "Du wirst angemeldet …",
  wrongPassword: "E-Mail und Passwort passen nicht zusammen.",
  tooOften: "Zu viele Versuche. Warte eine Minute und versuch es dann noch mal.",
  tooOftenFor: (seconds: number) =>
    many(seconds, {
      one: "Zu viele Versuche. In # Sekunde kannst du es noch mal versuchen.",
      other: "Zu viele Versuche. In # Sekunden kannst du es noch mal versuchen.",
    }),
  forgot: "Passwort vergessen?",

  signUpLead: "Finde deine Crew: fünf Plätze, ein Konzert, und einer der Plätze ist deiner.",
  name: "Wie sollen dich die anderen nennen?",
  passwordHint: "Ein Satz ist leicht zu merken und schwer zu erraten.",
  taken: "Zu dieser E-Mail gibt es schon ein Konto. [Melde dich an].",
  signingUp: "Dein Konto wird angelegt …",
  makeAccount: "Konto anlegen",
  haveOne: "Schon dabei? [Anmelden]",

  resetTitle: "Passwort vergessen?",
  resetLead: "Sag uns deine E-Mail, und wir schicken dir einen Link für ein neues.",
  sendLink: "Link schicken",
  sending: "Wird geschickt …",
  resetSent: "Wenn es zu dieser Adresse ein Konto gibt, ist der Link schon unterwegs.",
  setTitle: "Neues Passwort",
  setLead: "Überall sonst wirst du damit abgemeldet.",
  setPassword: "Passwort speichern",
  saving: "Wird gespeichert …",
  setDone: "Dein neues Passwort gilt",
  setDoneLead: "Alle anderen Geräte sind abgemeldet.",
  linkSpent: "Dieser Link wurde schon benutzt oder ist zu alt.",
  askForLink: "Neuen Link holen",

  checking: "Deine Adresse wird geprüft …",
  verified: "Deine E-Mail ist bestätigt",
  verifiedLead: "Danke! Alles bereit.",
  linkSent: "Ein neuer Link ist unterwegs.",
  badLink: "Dieser Link geht nicht",
  badLinkLead: "Er wurde schon benutzt, ist zu alt, oder es fehlt ein Stück.",
  sendAnother: "Neuen Link schicken",
  signInForAnother: "Anmelden für neuen Link",
} satisfies Like<typeof en>;
