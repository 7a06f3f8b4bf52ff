// What a key means while a text is being composed.

/**
 * Whether a key belongs to the method of input that is composing a word (Japanese, Chinese, Korean, some accents), and
 * does nothing of ours. Safari has ended the composition already when it tells of the key that ended it, and says so
 * by the code 229 alone.
 */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}
