import { catalogue } from "../lib/language.svelte";
import type en from "./en";

/** Texts that several features show. */
export const common = catalogue<typeof en>();
