// The parts of an event. A feature that adds one adds a line here.

import { counts } from "./counts";
import { openPods } from "./pods";
import type { AnyPart } from "./part";

export const PARTS: readonly AnyPart[] = [counts, openPods];
