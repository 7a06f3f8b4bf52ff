export default {
  unverified: "Your email is not confirmed yet. There is a link in your mail.",
  sendAgain: "Send it again",
  linkSent: "A new link is on its way.",
  saved: "Saved.",

  seen: "How others see you",
  name: "Name",
  picture: "Picture",
  pictureHint: "The address of a picture, with https. Without one, people see your initials.",
  pictureBroken: "This picture does not load, so others see your initials. Is it the address of the picture itself?",
  instagramExample: "@you",
  reveal: "Show it to people at the same events",

  nights: "Your nights",
  nightsMore: "What you have kept of the events where you were, for you alone.",
  seeNights: "See your nights",

  screen: "Appearance and language",
  appearance: "Appearance",
  themes: { auto: "Like the device", dark: "Dark", light: "Light" },
  install: "Put Podium on the home screen",
  languageHint: "Also for the mails that you get.",

  devices: "Where you are signed in",
  thisOne: "this one",
  signedOut: "It is signed out.",
  signOut: "Sign out",
  /** Behind "Sign out", for a screen reader. */
  signOutOf: (device: string) => ` ${device}`,
  devicesFailed: (why: string) => `Your devices could not be loaded. ${why}`,
  moreDevices: (all: number) => `Show more of ${all} devices`,

  unsent:
    "Something that you wrote is not sent yet, and would be lost. Wait for the connection, or sign out all the same.",
  unsentUnknown: "This browser does not say whether something that you wrote is still unsent. It would be lost.",
  signOutAllTheSame: "Sign out all the same",

  instagram: {
    handle: "Give your name on Instagram, like @you.",
    elsewhere: (host: string) => `That leads to ${host}, not to Instagram. Give your name there, like @you.`,
    nobody: "That is no person on Instagram. Give your name there, like @you.",
  },
  pictures: {
    insecure: "The address of a picture must begin with https://, or others do not see it.",
    none: "This is no address of a picture. It begins with https://.",
    tooLong: "This address is too long.",
  },
};
