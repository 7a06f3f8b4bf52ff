// Things that several parts of the page share.

/**
 * Makes something whose derived values live as long as it does. Otherwise they would end with the part of the page, or
 * the derived value, that happens to ask for it first, and stand still for all others.
 */
export function lasting<Thing>(make: () => Thing): Thing {
  let made: Thing | undefined;
  $effect.root(() => {
    made = make();
  });
  return made as Thing;
}
