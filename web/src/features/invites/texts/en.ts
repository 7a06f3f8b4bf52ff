export default {
  titleOf: (pod: string) => `Invitation to ${pod}`,
  gone: "No such invitation",
  goneMore: "The link is not complete, or the pod is gone. Ask for it once more.",
  opening: "Opening the invitation …",
  invitedBy: (who: string) => `${who} keeps you a seat`,
  invited: "There is a seat for you",
  removed: "You were removed from this pod. Its owner can let you in again.",
  inAlready: "You are in: open the pod",
  toEvent: "To the event",
  taking: "Taking your seat …",
  take: "Take the seat",
  takeAs: (name: string) => `As ${name}. You will be on the event's list, too.`,
  signUpAndTake: "Make an account and take the seat",

  over: {
    used_up: ["This link is used up", "It has been used as often as it may be. Ask for another one."],
    expired: ["This link has run out", "It was good for a while only. Ask for another one."],
    revoked: ["This link was taken back", "Ask whoever sent it for another one."],
    full: ["Every seat is taken", "This pod is full. The event has room for more pods."],
    closed: ["This pod is closed", "The event may still have others."],
  },
};
