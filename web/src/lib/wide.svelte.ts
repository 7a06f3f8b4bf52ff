// Whether there is room for two columns beside the navigation.

import { MediaQuery } from "svelte/reactivity";

export const wide = new MediaQuery("(min-width: 62rem)");
