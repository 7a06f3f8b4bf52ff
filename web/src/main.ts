import { mount } from "svelte";
import App from "./App.svelte";
import "./app.css";
import { shell } from "./lib/shell.svelte";

const target = document.getElementById("app");
if (target) mount(App, { target });
shell.start();
