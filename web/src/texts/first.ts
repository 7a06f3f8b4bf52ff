// What is said where no catalogue can be loaded, in all languages at once: the page without scripts, and a client that
// does not open. `index.html` gets its part when it is built.

export const first = {
  noScript: { en: "Podium needs JavaScript.", de: "Podium braucht JavaScript." },
  notOpened: {
    en: "Podium could not be opened. Reload the page; if that does not help, update the browser.",
    de: "Podium konnte nicht geöffnet werden. Lad die Seite neu; wenn das nicht hilft, aktualisier den Browser.",
  },
};
