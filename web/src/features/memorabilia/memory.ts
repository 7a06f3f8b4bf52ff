// What one writes down of a night, as a value. Pure.

import { isVisible, length, oneLine } from "../../lib/visible";
import type { Memorabilia, NewMemorabilia } from "../../generated/openapi";

/** The most characters, as the server counts them. */
export const MOST = { opener: 200, song: 200, energy: 200, peak: 2_000, notes: 10_000 } as const;

/** The highest level. */
export const LEVELS = 10;

export interface Memory {
  opener: string;
  song: string;
  peak: string;
  energy: string;
  level: number | null;
  notes: string;
}

export const EMPTY: Memory = { opener: "", song: "", peak: "", energy: "", level: null, notes: "" };

export function memoryOf(stored: Memorabilia | null): Memory {
  if (stored === null) return { ...EMPTY };
  return {
    opener: stored.opener_guess ?? "",
    song: stored.song_of_night ?? "",
    peak: stored.peak_moment ?? "",
    energy: stored.crowd_energy ?? "",
    level: stored.crowd_level,
    notes: stored.notes ?? "",
  };
}

/** What is blank is nothing. */
export function bodyOf({ opener, song, peak, energy, level, notes }: Memory): Required<NewMemorabilia> {
  const line = (text: string): string | null => (isVisible(text) ? oneLine(text) : null);
  const lines = (text: string): string | null => (isVisible(text) ? text.trim() : null);
  return {
    opener_guess: line(opener),
    song_of_night: line(song),
    peak_moment: lines(peak),
    crowd_energy: line(energy),
    crowd_level: level,
    notes: lines(notes),
  };
}

export function isEmpty(memory: Memory): boolean {
  return Object.values(bodyOf(memory)).every((value) => value === null);
}

export function isSame(one: Memory, other: Memory): boolean {
  return JSON.stringify(bodyOf(one)) === JSON.stringify(bodyOf(other));
}

/** Whether the server would take it. */
export function fits(memory: Memory): boolean {
  const { opener_guess, song_of_night, peak_moment, crowd_energy, notes } = bodyOf(memory);
  const within = (text: string | null, most: number): boolean => text === null || length(text) <= most;
  return (
    within(opener_guess, MOST.opener) &&
    within(song_of_night, MOST.song) &&
    within(crowd_energy, MOST.energy) &&
    within(peak_moment, MOST.peak) &&
    within(notes, MOST.notes)
  );
}

/** What this device keeps of a night until the server has it. */
export interface Unstored {
  /** What is typed. */
  memory: Memory;
  /** What is to be stored, as it was when one wanted that. */
  wanted: Memory | null;
}

export function write(unstored: Unstored): string {
  return JSON.stringify(unstored);
}

/** Null for what is not of this client. */
export function read(text: string): Unstored | null {
  try {
    const value = JSON.parse(text) as Partial<Record<keyof Unstored, unknown>> | null;
    const memory = asMemory(value?.memory);
    return memory && { memory, wanted: asMemory(value?.wanted) };
  } catch {
    return null;
  }
}

function asMemory(value: unknown): Memory | null {
  if (typeof value !== "object" || value === null) return null;
  const { level, ...texts } = { ...EMPTY, ...value };
  if (Object.values(texts).some((one) => typeof one !== "string")) return null;
  const isLevel = level === null || (Number.isInteger(level) && level >= 0 && level <= LEVELS);
  return isLevel ? { ...texts, level } : null;
}
