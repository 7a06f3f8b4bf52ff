import { mount } from "svelte";
import App from "./App.svelte";
import "./app.css";
import { faults } from "./lib/faults.svelte";
import { speaker } from "./lib/language.svelte";
import { shell } from "./lib/shell.svelte";
import { first } from "./texts/first";

faults.start();
// Whatever the page does, a newer version that does better can be found.
shell.start();

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
