// The parts of an event. A feature that adds one adds a line here.

import { meetPoint } from "../../meet-point/part";
import { wall } from "../../wall/store/posts";
import { counts } from "./counts";
import { openPods } from "./pods";
import type { AnyPart } from "./part";
import { role } from "./role";

export const PARTS: readonly AnyPart[] = [counts, openPods, meetPoint, role, wall];
