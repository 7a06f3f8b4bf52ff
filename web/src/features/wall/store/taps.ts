// The taps of one device on a hype post, as a value. They are sent as this device's total, which may be sent as often as
// one likes; the server says how many of them it has accepted. Pure.

import type { TapsAccepted } from "../types";

/** The least time between two sendings, in milliseconds. */
export const PACE = 340;

/** The longest time between two tries. */
const PATIENCE = 15_000;

export interface Taps {
  /** All taps of this device. */
  total: number;
  /** How many of them the device has not written down yet. They are not sent before, so that none is counted twice. */
  unwritten: number;
  /** How many of them the server has accepted. */
  accepted: number;
  /** How many of the person's it has accepted, from all their devices; null until it has said so. */
  mine: number | null;
  /** The total that is under way, if one is. */
  sending: number | null;
  /** Nothing is sent before this moment. */
  notBefore: number;
  /** Faults in a row. */
  faults: number;
  /** The server has more than it takes at once: it was not accepted as fast as it came. */
  slow: boolean;
  /** The server takes no taps here any more: so many were not accepted, and why. */
  refused: { code: string; taps: number } | null;
}

export const NONE: Taps = {
  total: 0,
  unwritten: 0,
  accepted: 0,
  mine: null,
  sending: null,
  notBefore: 0,
  faults: 0,
  slow: false,
  refused: null,
};

export function tapped(taps: Taps): Taps {
  return { ...taps, total: taps.total + 1, unwritten: taps.unwritten + 1, refused: null };
}

/** So many were written down; the device has this in all, also from other tabs. */
export function written(taps: Taps, count: number, kept: { total: number; accepted: number }): Taps {
  const unwritten = Math.max(0, taps.unwritten - count);
  return { ...taps, unwritten, total: kept.total + unwritten, accepted: Math.max(taps.accepted, kept.accepted) };
}

/** The device keeps nothing: this tab counts by itself, from what was not written down. */
export function alone(taps: Taps): Taps {
  return { ...taps, total: taps.unwritten, unwritten: 0, accepted: 0 };
}

/** How many are still to be accepted. */
export function waiting({ total, accepted }: Taps): number {
  return Math.max(0, total - accepted);
}

/** When the next sending is due; null for none. */
export function dueAt(taps: Taps): number | null {
  const news = taps.total - taps.unwritten > taps.accepted;
  return taps.sending === null && news ? taps.notBefore : null;
}

export function sent(taps: Taps, now: number): Taps {
  return { ...taps, sending: taps.total - taps.unwritten, notBefore: now + PACE };
}

export function answered(taps: Taps, { accepted, mine, retry_after_ms }: TapsAccepted, now: number): Taps {
  const asked = taps.sending ?? taps.total;
  return {
    ...taps,
    // More may have been accepted than this device remembers to have sent.
    total: Math.max(taps.total, accepted + taps.unwritten),
    accepted: Math.max(taps.accepted, accepted),
    mine: Math.max(taps.mine ?? 0, mine),
    sending: null,
    notBefore: Math.max(taps.notBefore, now + retry_after_ms),
    faults: 0,
    slow: accepted < asked,
  };
}

/** It did not come through, and will later. */
export function failed(taps: Taps, now: number, wait: number | null): Taps {
  const faults = taps.faults + 1;
  const pause = wait ?? Math.min(PATIENCE, 500 * 2 ** Math.min(faults, 6));
  return { ...taps, sending: null, faults, notBefore: Math.max(taps.notBefore, now + pause) };
}

/** The server will not take them. */
export function refused(taps: Taps, code: string): Taps {
  const lost = waiting(taps);
  return {
    ...taps,
    total: taps.accepted,
    unwritten: 0,
    sending: null,
    slow: false,
    refused: lost > 0 ? { code, taps: lost } : null,
  };
}

/** The connection is back: there is nothing more to wait for. */
export function hurried(taps: Taps, now: number): Taps {
  return taps.faults > 0 ? { ...taps, notBefore: Math.min(taps.notBefore, now) } : taps;
}
