// The tests read English, in its British form, whatever the machine speaks.
import { speaker } from "../../src/lib/language.svelte";

Object.defineProperty(globalThis, "navigator", { value: { ...globalThis.navigator, languages: ["en-GB"] } });
await Promise.all(["", "events", "me", "meet-point", "memorabilia"].map((feature) => speaker.load(feature, "en")));
