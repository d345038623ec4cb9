import { fullBucket, type Rate, refill, type TokenBucket } from "@bootlace/boot-source";
import type { RefusedReason } from "./events.ts";

/** Read at each request: they may change while the server runs. */
export interface AdmissionLimits {
  readonly maxTransfers: number;
  readonly maxTransfersPerClient: number;
  readonly unacknowledgedPerSecond: number;
  readonly unacknowledgedPerSecondPerClient: number;
}

interface ClientAccount extends TokenBucket {
  transfers: number;
}

/** Who may start a transfer now. Counts transfers and unacknowledged requests, all together and for each address. */
export interface Admission {
  /**
   * Takes a place and a share of the rates. `now` is in milliseconds.
   * @param exempt what is set for each client does not bind this one
   */
  request(address: string, exempt: boolean, now: number): RefusedReason | "granted";
  /** The same request once more: takes a share of the rates only. */
  repeat(address: string, exempt: boolean, now: number): boolean;
  /** The client answered, or got an ERROR: its share is given back. */
  acknowledge(address: string): void;
  /** The transfer ended. */
  release(address: string): void;
  readonly active: number;
  /** Addresses now remembered. */
  readonly accounts: number;
}

/** Requests allowed at first, in seconds' worth of the rate. */
const burstSeconds = 2;
const clientBurstSeconds = 6.4;
/** Addresses kept in mind; false ones must not fill the memory. */
const maxAccounts = 4096;

export function admission(limits: AdmissionLimits): Admission {
  let all: TokenBucket | undefined;
  const clients = new Map<string, ClientAccount>();
  let active = 0;

  function rateOfAll(): Rate {
    const perSecond = limits.unacknowledgedPerSecond;
    return { perSecond, burst: perSecond * burstSeconds };
  }

  function rateOfClient(): Rate {
    const perSecond = limits.unacknowledgedPerSecondPerClient;
    return { perSecond, burst: perSecond * clientBurstSeconds };
  }

  function accountOf(address: string, now: number): ClientAccount {
    const known = clients.get(address);
    if (known) return known;
    if (clients.size >= maxAccounts) forgetOne();
    const account = { ...fullBucket(rateOfClient(), now), transfers: 0 };
    clients.set(address, account);
    return account;
  }

  function forgetOne(): void {
    for (const [address, account] of clients) {
      if (account.transfers > 0) continue;
      clients.delete(address);
      return;
    }
  }

  function takeShare(account: ClientAccount, exempt: boolean, now: number): boolean {
    all ??= fullBucket(rateOfAll(), now);
    const leftInAll = refill(all, rateOfAll(), now);
    const left = refill(account, rateOfClient(), now);
    if (leftInAll < 1 || (left < 1 && !exempt)) return false;
    all.tokens--;
    if (!exempt) account.tokens--;
    return true;
  }

  return {
    request(address, exempt, now) {
      if (active >= limits.maxTransfers) return "too-many-transfers";
      const account = accountOf(address, now);
      if (!exempt && account.transfers >= limits.maxTransfersPerClient) return "too-many-transfers-of-client";
      if (!takeShare(account, exempt, now)) return "rate";
      account.transfers++;
      active++;
      return "granted";
    },
    repeat(address, exempt, now) {
      return takeShare(accountOf(address, now), exempt, now);
    },
    acknowledge(address) {
      if (all) all.tokens++;
      const account = clients.get(address);
      if (account) account.tokens++;
    },
    release(address) {
      active--;
      const account = clients.get(address);
      if (account) account.transfers--;
    },
    get active() {
      return active;
    },
    get accounts() {
      return clients.size;
    },
  };
}
