import { mount } from "svelte";
import App from "./App.svelte";
import "./app.css";
import { faults } from "./lib/faults.svelte";
import { fetchPage } from "./lib/lazy";
import { isLanguage, speaker } from "./lib/language.svelte";
import { router } from "./lib/router.svelte";
import { session } from "./lib/session.svelte";
import { shell } from "./lib/shell.svelte";
import { first } from "./texts/first";

faults.start();
// A person who has signed in reads their own language from the first word on.
const own = session.profile?.language;
if (isLanguage(own)) speaker.start(own);
// Whatever the page does, a newer version that does better can be found.
shell.start();

// The page's own script comes while the rest begins. What cannot be loaded is said where the page would be.
fetchPage(router.route.page).catch(() => undefined);

async function open(target: HTMLElement): Promise<void> {
  try {
    await speaker.settled();
    mount(App, { target });
  } catch (error) {
    faults.note(error);
    const words = document.createElement("p");
    words.setAttribute("role", "alert");
    words.textContent = first.notOpened[speaker.current];
    target.replaceChildren(words);
  }
}

const target = document.getElementById("app");
if (target) void open(target);
