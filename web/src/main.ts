import { mount } from "svelte";
import App from "./App.svelte";
import "./app.css";
import { faults } from "./lib/faults.svelte";
import { shell } from "./lib/shell.svelte";

faults.start();
// Whatever the page does, a newer version that does better can be found.
shell.start();
const target = document.getElementById("app");
if (target) {
  try {
    mount(App, { target });
  } catch (error) {
    faults.note(error);
    const words = document.createElement("p");
    words.setAttribute("role", "alert");
    words.textContent = "Podium could not be opened. Reload the page; if that does not help, update the browser.";
    target.replaceChildren(words);
  }
}
