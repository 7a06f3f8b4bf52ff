import type { Like } from "../../../lib/language.svelte";
import type en from "./en";

export default {
  unverified: "Deine E-Mail ist noch nicht bestätigt. Der Link dazu ist in deinen Mails.",
  sendAgain: "Noch mal schicken",
  linkSent: "Ein neuer Link ist unterwegs.",
  saved: "Gespeichert.",

  seen: "So sehen dich andere",
  name: "Name",
  picture: "Bild",
  pictureHint: "Die Adresse eines Bildes, mit https. Ohne Bild sehen andere deine Initialen.",
  pictureBroken: "Dieses Bild lädt nicht, andere sehen deshalb deine Initialen. Ist das die Adresse des Bildes selbst?",
  instagramExample: "@du",
  reveal: "Leuten bei denselben Events zeigen",

  nights: "Deine Abende",
  nightsMore: "Was du von deinen Events festgehalten hast, nur für dich.",
  seeNights: "Deine Abende ansehen",

  screen: "Darstellung und Sprache",
  appearance: "Darstellung",
  themes: { auto: "Wie das Gerät", dark: "Dunkel", light: "Hell" },
  install: "Podium zum Startbildschirm",
  languageHint: "Gilt auch für die Mails, die du bekommst.",

  devices: "Hier bist du angemeldet",
  thisOne: "dieses hier",
  signedOut: "Das Gerät ist abgemeldet.",
  signOut: "Abmelden",
  signOutOf: (device: string) => `: ${device}`,
  devicesFailed: (why: string) => `Deine Geräte konnten nicht geladen werden. ${why}`,
  moreDevices: (all: number) => `Mehr von ${all} Geräten anzeigen`,

  unsent:
    "Etwas, das du geschrieben hast, ist noch nicht verschickt und ginge verloren. Warte auf die Verbindung oder melde dich trotzdem ab.",
  unsentUnknown: "Dieser Browser verrät nicht, ob noch etwas von dir unverschickt ist. Es ginge verloren.",
  signOutAllTheSame: "Trotzdem abmelden",

  instagram: {
    handle: "Gib deinen Namen auf Instagram an, zum Beispiel @du.",
    elsewhere: (host: string) =>
      `Das führt zu ${host}, nicht zu Instagram. Gib deinen Namen dort an, zum Beispiel @du.`,
    nobody: "Das ist keine Person auf Instagram. Gib deinen Namen dort an, zum Beispiel @du.",
  },
  pictures: {
    insecure: "Die Adresse muss mit https:// anfangen, sonst sehen andere das Bild nicht.",
    none: "Das ist keine Adresse eines Bildes. So eine fängt mit https:// an.",
    tooLong: "Diese Adresse ist zu lang.",
  },
} satisfies Like<typeof en>;
