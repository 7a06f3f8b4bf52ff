import { many } from "../../../lib/formats";

export default {
  email: "Email",
  password: "Password",
  newPassword: "New password",
  backToSignIn: "Back to sign in",
  checkMail: "Check your mail",
  toPods: "To your pods",

  signInLead: "Good to see you. Your crew is already guessing the first song.",
  signingIn: "Signing in …",
  wrongPassword: "That email and password do not belong together.",
  tooOften: "Too many tries. Wait a minute, then try again.",
  tooOftenFor: (seconds: number) =>
    many(seconds, {
      one: "Too many tries. Try again in # second.",
      other: "Too many tries. Try again in # seconds.",
    }),
  forgot: "Forgot password?",

  signUpLead: "Find your crew: five seats, one show, and one of the seats is yours.",
  name: "What should people call you?",
  passwordHint: "A sentence is easy to remember and hard to guess.",
  /** What stands in brackets is the link to sign in. */
  taken: "There is an account with this email. [Sign in] instead.",
  signingUp: "Making your account …",
  makeAccount: "Make my account",
  /** What stands in brackets is the link to sign in. */
  haveOne: "Have one already? [Sign in]",

  resetTitle: "Forgot your password?",
  resetLead: "Tell us your email, and we send you a link to set a new one.",
  sendLink: "Send me a link",
  sending: "Sending …",
  resetSent: "If there is an account with that address, a link is on its way to it.",
  setTitle: "Set a new password",
  setLead: "It signs you out everywhere else.",
  setPassword: "Set the password",
  saving: "Saving …",
  setDone: "Your new password is set",
  setDoneLead: "Every other device has been signed out.",
  linkSpent: "This link was used already, or it is too old.",
  askForLink: "Ask for a new one",

  checking: "Checking your address …",
  verified: "Your email is confirmed",
  verifiedLead: "Thank you. It is all yours.",
  linkSent: "A new link is on its way.",
  badLink: "This link does not work",
  badLinkLead: "It was used already, it is too old, or a part of it is missing.",
  sendAnother: "Send me a new one",
  signInForAnother: "Sign in to get a new one",
};
