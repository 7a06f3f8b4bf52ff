import { describe, expect, it } from "vitest";
import { newId } from "../../src/lib/id";
import { Drawer } from "../../src/lib/storage";

/** A storage of so many characters. */
function storage(room: number): Storage {
  const held = new Map<string, string>();
  const target = {
    getItem: (key: string) => held.get(key) ?? null,
    removeItem: (key: string) => void held.delete(key),
    setItem(key: string, value: string) {
      const others = [...held].filter(([other]) => other !== key).reduce((sum, [, text]) => sum + text.length, 0);
      if (others + value.length > room) throw new DOMException("the quota has been exceeded", "QuotaExceededError");
      held.set(key, value);
    },
  };
  return new Proxy(target as unknown as Storage, {
    ownKeys: () => [...held.keys()],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  });
}

describe("small things that a browser keeps", () => {
  it("are in this tab alone where it keeps nothing, and whoever sets one is told", () => {
    const areas: (() => Storage | null)[] = [
      () => null,
      () => {
        throw new DOMException("denied", "SecurityError");
      },
      () => storage(0),
    ];
    for (const area of areas) {
      const drawer = new Drawer(area);
      expect(drawer.set("podium.a", "1")).toBe(false);
      expect(drawer.get("podium.a")).toBe("1");
      expect(drawer.keys("podium.")).toEqual(["podium.a"]);
      drawer.remove("podium.a");
      expect(drawer.get("podium.a")).toBeNull();
      expect(drawer.keys("podium.")).toEqual([]);
    }
  });

  it("do not come back as they were before, when the newer ones did not fit", () => {
    const area = storage(6);
    const drawer = new Drawer(() => area);
    expect(drawer.set("session", "old")).toBe(true);
    expect(drawer.set("session", "much too long")).toBe(false);
    expect(drawer.get("session")).toBe("much too long");
    expect(area.getItem("session")).toBeNull();
    expect(drawer.set("session", "newer")).toBe(true);
    expect(area.getItem("session")).toBe("newer");
    expect(new Drawer(() => area).get("session")).toBe("newer");
  });

  it("that another tab has changed are as that tab has them", () => {
    const area = storage(3);
    const drawer = new Drawer(() => area);
    drawer.set("session", "mine, too long");
    area.setItem("session", "own");
    drawer.changed("session");
    expect(drawer.get("session")).toBe("own");
  });
});

describe("a new id", () => {
  it("is a UUID of version 4, and another one each time", () => {
    const ids = Array.from({ length: 200 }, newId);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
