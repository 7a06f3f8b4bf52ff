// Dark or light: as the device has it, or as the person wants it here.

import { local } from "./storage";

const KEY = "podium.theme";

export type Theme = "auto" | "dark" | "light";

class Look {
  theme: Theme = $state("auto");

  constructor() {
    const kept = local.get(KEY);
    if (kept === "dark" || kept === "light") this.set(kept);
  }

  set(theme: Theme): void {
    this.theme = theme;
    if (theme === "auto") {
      local.remove(KEY);
      delete document.documentElement.dataset["theme"];
    } else {
      local.set(KEY, theme);
      document.documentElement.dataset["theme"] = theme;
    }
  }
}

export const look = new Look();
