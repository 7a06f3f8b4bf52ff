export default {
  title: "Your pods",
  findMore: "Find more",
  pinned: "pinned",
  markedUnread: "marked as unread",
  onlyYou: "Only you so far",
  withNames: (names: string) => `with ${names}`,
  flagsOf: (pod: string) => `Pin ${pod}, or mark it as unread`,
  pin: "Pin to the top",
  unpin: "Unpin",
  markRead: "Mark as read",
  markUnread: "Mark as unread",

  empty: "No pod yet",
  emptyMore:
    "Find your event, say that you are going, and take a seat in a pod, or make one and send friends the link.",
  failedMore: "Your pods could not be loaded. Nothing is lost.",
  loading: "Loading",

  last: {
    text: (who: string, text: string) => `${who}: ${text}`,
    deleted: (who: string) => `${who} deleted a message`,
    joined: (who: string) => `${who} joined`,
    left: (who: string) => `${who} left`,
    removed: (who: string) => `${who} was removed`,
    renamed: (who: string, name: string) => `${who} named it “${name}”`,
    owner: (who: string) => `${who} owns it now`,
  },
  mine: {
    text: (text: string) => `You: ${text}`,
    deleted: "You deleted a message",
    joined: "You joined",
    left: "You left",
    removed: "You were removed",
    renamed: (name: string) => `You named it “${name}”`,
    owner: "You own it now",
  },
};
