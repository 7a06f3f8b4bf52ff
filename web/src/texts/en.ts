// What all features share: the frame of the page, refusals, times, and words that stand on many pages.

import { list, many, number } from "../lib/formats";

export default {
  again: "Try again",
  moment: "One moment …",
  close: "Close",
  save: "Save",
  showMore: "Show more",
  restFailed: "The rest could not be loaded.",
  failed: "This could not be loaded",
  signIn: "Sign in",
  signUp: "Make an account",
  haveAccount: "I have an account",
  findEvent: "Find an event",
  theEvent: "To the event",
  inviteOnly: "Only people with an invitation can join",
  linkCopied: "The link is copied.",
  linkShown: "Here is the link:",
  you: "You",
  /** In the middle of a sentence. */
  youInside: "you",
  youBehind: "(you)",
  somebody: "Somebody",

  titles: {
    inbox: "Your pods",
    events: "Events",
    event: "Event",
    pod: "Pod",
    search: "Find messages",
    invite: "Invitation",
    me: "You",
    nights: "Your nights",
    night: "A page to keep",
    signin: "Sign in",
    signup: "Make an account",
    verify: "Confirm your email",
    reset: "New password",
    nowhere: "Page not found",
  },

  nav: { home: "Podium, your pods", inbox: "Pods", events: "Events", me: "You" },
  unread: "unread",
  noPodOpen: "No pod is open",
  choosePod: "Choose a pod, and the lights come up.",
  language: "Language",
  languageFailed: "The language could not be changed. Check your network and try again.",

  cannotShow: {
    page: "This page cannot be shown.",
    pods: "Your pods cannot be shown.",
    pod: "This pod cannot be shown.",
    event: "This event cannot be shown.",
    person: "This person cannot be shown.",
    message: "This message cannot be shown.",
    part: "This part cannot be shown.",
  },
  reloadPage: "Reload the page",
  reload: "Reload",
  checkNetwork: "Check your network and try again.",
  newVersionHasIt: "There is a new version of Podium, which has it.",

  connecting: "Connecting … What you write is kept and sent as soon as you are back.",
  offline: "No network. What you write is kept and sent as soon as you are back.",

  newVersion: "A new version of Podium is here.",
  newVersionAlone: "This browser keeps nothing, so you will have to sign in again.",
  takeVersion: "Update",
  later: "Later",
  fault: "Something did not work. If it happens again, reload the page.",
  keepsNothing:
    "This browser does not let Podium keep anything. Only this tab is signed in: after a reload you have to sign in again.",
  sessionEnded: "Your session has ended. Please sign in again.",
  notRemoved:
    "You are signed out, but this browser did not let Podium remove what it had kept. Podium tries again the next time you open it.",

  notVisible: "Write something that can be seen.",
  tooMany: (over: number) => many(over, { one: "# character too many", other: "# characters too many" }),
  seats: (taken: number, all: number, free: number) => `${taken} of ${all} seats taken, ${free} free`,
  freeSeats: (free: number) => many(free, { one: "# free seat", other: "# free seats" }),

  today: "Today",
  yesterday: "Yesterday",

  names: (names: string[]) => list(names),
  /** `names` and some more without names. */
  namesAndMore: (names: string[], more: number) => list([...names, `${number(more)} more`]),

  unknownDevice: "Unknown device",
  deviceOn: (browser: string, system: string) => `${browser} on ${system}`,

  /** While a request waits for its turn: it goes on by itself. */
  crowded: "Many people are coming in at once. You are next in a moment.",
  inTurn: "Podium has a lot to do right now. This goes on by itself in a moment.",
  refusals: {
    network: "No connection. Check your network and try again.",
    unauthorized: "You are signed out. Sign in, and try again.",
    not_member: "Only members can do this.",
    not_found: "It is not there any more.",
    pod_full: "Every seat of the pod is taken.",
    unconfirmed: "Confirm your e-mail address first. We sent you a link.",
    poll_closed: "The poll is closed.",
    forbidden: "You are not allowed to do this.",
    conflict: "Somebody was faster. Reload the page and look again.",
    precondition_failed: "It has changed in the meantime. Reload the page and look again.",
    precondition_required: "There is one by now. Reload the page and look again.",
    too_large: "That is more than fits.",
    invalid: "Something is not filled in as it should be.",
    rate_limited: "That was too much in too short a time. Wait a moment, then try again.",
    overloaded: "Podium has a lot to do right now. Try again in a moment.",
    unavailable: "Podium does not answer right now. Try again in a moment.",
    internal: "Something went wrong. Try again in a moment.",
  },
  unforeseen: "That did not work. Reload the page, and try again.",

  rules: {
    blank: "Please fill this in.",
    atMost: (most: string) => `At most ${most} characters.`,
    atLeast: (least: string) => `At least ${least} characters.`,
    email: "This is not an email address, like ana@example.org.",
    controls: "This has characters that cannot be used here.",
    address: "This is not an address that works here.",
    years: "Choose a year between 1900 and 2199.",
    other: "This is not as it should be.",
  },
};
