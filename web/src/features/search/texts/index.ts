import { catalogue } from "../../../lib/language.svelte";
import type en from "./en";

export const t = catalogue<typeof en>("search");
