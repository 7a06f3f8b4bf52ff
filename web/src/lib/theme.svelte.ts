// Dark or light: as the device has it, or as the person wants it here.

const KEY = "podium.theme";

export type Theme = "auto" | "dark" | "light";

class Look {
  theme: Theme = $state("auto");

  constructor() {
    const kept = localStorage.getItem(KEY);
    if (kept === "dark" || kept === "light") this.set(kept);
  }

  set(theme: Theme): void {
    this.theme = theme;
    if (theme === "auto") {
      localStorage.removeItem(KEY);
      delete document.documentElement.dataset["theme"];
    } else {
      localStorage.setItem(KEY, theme);
      document.documentElement.dataset["theme"] = theme;
    }
  }
}

export const look = new Look();
