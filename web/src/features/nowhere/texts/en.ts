export default {
  title: "Page not found",
  lead: "The address is wrong, or what was here is gone.",
  back: "Back to your pods",
};
