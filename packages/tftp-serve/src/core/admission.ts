import type { RefusedReason } from "./events.ts";

export interface AdmissionLimits {
  readonly maxTransfers: number;
  readonly maxTransfersPerClient: number;
  readonly unacknowledgedPerSecond: number;
  readonly unacknowledgedPerSecondPerClient: number;
}

interface Allowance {
  tokens: number;
  at: number;
}

interface ClientAccount extends Allowance {
  transfers: number;
}

/** Who may start a transfer now. Counts transfers and unacknowledged requests, all together and for each address. */
export interface Admission {
  /** Takes a place and a share of the rates. `exempt`: what is set for each client does not bind this one. */
  request(address: string, exempt: boolean, at: number): RefusedReason | "granted";
  /** The same request once more: takes a share of the rates only. */
  repeat(address: string, exempt: boolean, at: number): boolean;
  /** The client answered, or got an ERROR: its share is given back. */
  acknowledge(address: string): void;
  /** The transfer ended. */
  release(address: string): void;
  readonly active: number;
  /** Addresses now remembered. */
  readonly accounts: number;
}

/** Requests allowed at first, in seconds' worth of `unacknowledgedPerSecond`. */
const burstSeconds = 2;
const clientBurst = 6.4;
/** Addresses kept in mind; false ones must not fill the memory. */
const maxAccounts = 4096;

export function admission(limits: AdmissionLimits): Admission {
  const burst = limits.unacknowledgedPerSecond * burstSeconds;
  const perClientBurst = limits.unacknowledgedPerSecondPerClient * clientBurst;
  const all: Allowance = { tokens: burst, at: 0 };
  const clients = new Map<string, ClientAccount>();
  let active = 0;

  function refill(allowance: Allowance, perSecond: number, most: number, at: number): void {
    allowance.tokens = Math.min(most, allowance.tokens + (Math.max(0, at - allowance.at) * perSecond) / 1000);
    allowance.at = at;
  }

  function accountOf(address: string, at: number): ClientAccount {
    const known = clients.get(address);
    if (known) return known;
    if (clients.size >= maxAccounts) forgetOne();
    const account = { tokens: perClientBurst, at, transfers: 0 };
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

  function takeShare(account: ClientAccount, exempt: boolean, at: number): boolean {
    refill(all, limits.unacknowledgedPerSecond, burst, at);
    refill(account, limits.unacknowledgedPerSecondPerClient, perClientBurst, at);
    if (all.tokens < 1 || (account.tokens < 1 && !exempt)) return false;
    all.tokens--;
    if (!exempt) account.tokens--;
    return true;
  }

  return {
    request(address, exempt, at) {
      if (active >= limits.maxTransfers) return "too-many-transfers";
      const account = accountOf(address, at);
      if (!exempt && account.transfers >= limits.maxTransfersPerClient) return "too-many-transfers-of-client";
      if (!takeShare(account, exempt, at)) return "rate";
      account.transfers++;
      active++;
      return "granted";
    },
    repeat(address, exempt, at) {
      return takeShare(accountOf(address, at), exempt, at);
    },
    acknowledge(address) {
      all.tokens++;
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
