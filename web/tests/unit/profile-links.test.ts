import { describe, expect, it } from "vitest";
import { instagram, picture } from "../../src/features/me/profile-links";

describe("Instagram", () => {
  it.each([
    ["", null],
    ["@ana.lux_9", "ana.lux_9"],
    ["ana", "ana"],
    ["instagram.com/ana", "ana"],
    ["www.instagram.com/@ana/", "ana"],
    ["http://instagram.com/ana", "ana"],
    ["https://www.instagram.com/ana/?igsh=abc#x", "ana"],
    ["HTTPS://INSTAGRAM.COM/ana", "ana"],
  ])("takes %s", (text, name) => {
    expect(instagram(` ${text} `)).toEqual({ url: name && `https://instagram.com/${name}` });
  });

  it.each([
    "https://evil.example/ana",
    "https://instagram.com.evil.example/ana",
    "https://instagram.com@evil.example/ana",
    "https://a:b@instagram.com/ana",
    "https://instagram.com:8443/ana",
    "https://instagram.com",
    "instagram.com",
    "https://instagram.com/p/abc",
    "javascript:alert(1)",
    "a b",
    "@",
    "ana!",
    "@" + "a".repeat(31),
  ])("does not take %s", (text) => {
    expect(instagram(text)).toHaveProperty("wrong");
  });
});

describe("a picture", () => {
  it.each([
    ["", null],
    ["https://x.org/a.png", "https://x.org/a.png"],
    ["x.org/a.png", "https://x.org/a.png"],
  ])("takes %s", (text, url) => {
    expect(picture(text)).toEqual({ url });
  });

  it.each(["http://x.org/a.png", "data:image/png;base64,AAAA", "a picture", "x", `https://x.org/${"a".repeat(2_048)}`])(
    "does not take %s",
    (text) => {
      expect(picture(text)).toHaveProperty("wrong");
    },
  );
});
