// One's own role at an event. Hosts may do there what its maker may: change the meet point, and remove what others post.

import type { Role } from "../../../generated/asyncapi";
import type { Part } from "./part";

export const role: Part<Role> = {
  name: "role",
  empty: "member",
  joined: ({ role }) => role,
  memory: (role) => role,
};
