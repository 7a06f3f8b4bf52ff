// Who is signed in on this device, and their tokens.
//
// All tabs share one session in localStorage. A refresh token is good for one use, and using it twice ends the session
// everywhere; so one tab renews under a lock of the browser, and the others take what it got. Where the browser keeps
// nothing, the session is this tab's, and ends with it.

import { common } from "../texts";
import { ApiError, ask } from "./api";
import { admit, forgetDevice, forgetPending } from "./db";
import { keepProof, proofs } from "./devices";
import { speaker } from "./language.svelte";
import { exclusively } from "./lock";
import { local } from "./storage";
import type { Me, SignedInAnswer } from "../generated/openapi";

const KEY = "podium.session";
const LOCK = "podium.renewal";

/** An access token is renewed so long before its end, in milliseconds. */
const AHEAD = 60_000;

interface Kept {
  access_token: string;
  refresh_token?: string;
  /** By this device's clock. */
  expires_at: number;
  profile: Me;
  email_verified?: boolean;
}

type Listener = (token: string) => void;

class Session {
  profile: Me | null = $state(null);
  /** Whether the account's address was confirmed, as far as this device has heard. */
  verified = $state(true);
  /** Why one has to sign in again, if so. */
  notice: string | null = $state(null);
  /** Whether it survives a reload: the browser keeps it. */
  lasting = $state(true);

  #kept: Kept | null = null;
  #renewal: Promise<string> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #listeners = new Set<Listener>();

  constructor() {
    this.#read();
    void forgetPending(this.profile?.id ?? null);
    addEventListener("storage", ({ key }) => {
      if (key === KEY || key === null) this.#read();
    });
  }

  get signedIn(): boolean {
    return this.profile !== null;
  }

  /** Calls with each new access token. */
  onToken(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The access token as it is, perhaps expired. */
  get current(): string {
    return this.#kept?.access_token ?? "";
  }

  /** An access token that is good for a while. */
  async token(): Promise<string> {
    if (!this.#kept) throw new ApiError("unauthorized", "", 401);
    return this.#isFresh() ? this.#kept.access_token : this.renew(this.#kept.access_token);
  }

  /** A newer access token than this one. */
  renew(stale: string): Promise<string> {
    this.#renewal ??= this.#renewUnderLock(stale).finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  async signIn(email: string, password: string, leaving?: AbortSignal): Promise<void> {
    const body = { email, password, devices: proofs() };
    this.#take(await ask<SignedInAnswer>("POST", "/v1/auth/login", body, { leaving }));
  }

  async signUp(email: string, password: string, display_name: string, leaving?: AbortSignal): Promise<void> {
    const body = { email, password, display_name, language: speaker.current };
    this.#take(await ask<SignedInAnswer>("POST", "/v1/auth/register", body, { leaving }));
  }

  /** Signs out here. What this device keeps of the person goes with it. */
  async signOut(): Promise<void> {
    const { profile, refresh_token } = this.#kept ?? {};
    this.#end(null);
    // Neither waits for the other: a database may be stuck, and so may a network.
    const [gone] = await Promise.all([
      profile ? forgetDevice(profile.id) : true,
      // The token is gone from here, and nobody else has it: if this does not come through, the session is unused, and
      // ends by itself. Keeping the token to try again would be what signing out is to prevent.
      refresh_token ? ask("POST", "/v1/auth/logout", { refresh_token }).catch(() => undefined) : undefined,
    ]);
    if (!gone && !this.signedIn) this.notice = common.notRemoved;
  }

  /** The address is confirmed. */
  confirm(): void {
    if (this.#kept) this.#keep({ ...this.#kept, email_verified: true });
  }

  /** Shows a changed profile at once. */
  update(profile: Me): void {
    if (!this.#kept) return;
    this.#keep({ ...this.#kept, profile });
  }

  #isFresh(): boolean {
    return this.#kept !== null && this.#kept.expires_at - Date.now() > AHEAD;
  }

  async #renewUnderLock(stale: string): Promise<string> {
    return exclusively(LOCK, async () => {
      // Another tab may have been first.
      this.#read();
      const kept = this.#kept;
      if (!kept) throw new ApiError("unauthorized", "", 401);
      if (kept.access_token !== stale && this.#isFresh()) return kept.access_token;
      try {
        if (!kept.refresh_token) throw new ApiError("unauthorized", "", 401);
        const { refresh_token } = kept;
        this.#take(await ask<SignedInAnswer>("POST", "/v1/auth/refresh", { refresh_token }));
        return this.current;
      } catch (error) {
        // Only the server's word ends a session; a bad network does not.
        if (error instanceof ApiError && error.status === 401) this.#end(common.sessionEnded);
        throw error;
      }
    });
  }

  #take({ expires_in, device, ...grant }: SignedInAnswer): void {
    this.#keep({ ...grant, expires_at: Date.now() + expires_in * 1000 });
    const { access_token, profile } = grant;
    // A sign-in has one proof, and each renewal says it again.
    keepProof(device);
    admit(profile.id);
    this.notice = null;
    this.#listeners.forEach((listener) => listener(access_token));
  }

  #keep(kept: Kept): void {
    this.lasting = local.set(KEY, JSON.stringify(kept));
    this.#hold(kept);
  }

  #read(): void {
    const kept = parse(local.get(KEY));
    const before = this.#kept?.access_token;
    this.#hold(kept);
    if (kept && before !== undefined && before !== kept.access_token) {
      this.#listeners.forEach((listener) => listener(kept.access_token));
    }
  }

  #hold(kept: Kept | null): void {
    this.#kept = kept;
    this.profile = kept?.profile ?? null;
    this.verified = kept?.email_verified ?? true;
    clearTimeout(this.#timer);
    if (!kept) return;
    // Ahead of its end, so that the socket lives on. Not all tabs at once: the first one does it for all.
    const wait = kept.expires_at - Date.now() - AHEAD - Math.random() * 10_000;
    const soon = Math.min(Math.max(wait, 1_000), 2 ** 31 - 1);
    this.#timer = setTimeout(() => void this.token().catch(() => undefined), soon);
  }

  #end(notice: string | null): void {
    local.remove(KEY);
    this.lasting = true;
    this.#hold(null);
    this.notice = notice;
  }
}

/** What was kept, if it is a session: a version before this one, or a hand, may have written something else. */
function parse(text: string | null): Kept | null {
  try {
    const kept = JSON.parse(text ?? "null") as Partial<Kept> | null;
    const whole = typeof kept?.access_token === "string" && typeof kept.profile?.id === "string";
    return whole ? (kept as Kept) : null;
  } catch {
    return null;
  }
}

export const session = new Session();
