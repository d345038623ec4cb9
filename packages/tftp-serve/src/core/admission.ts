import { type BoundedMap, boundedMap, fullBucket, type Rate, refill, type TokenBucket } from "@bootlace/boot-source";
import type { RefusedReason } from "./events.ts";

/** Read at each request: they may change while the server runs. */
export interface AdmissionLimits {
  readonly maxTransfers: number;
  readonly maxTransfersPerClient: number;
  readonly unacknowledgedPerSecond: number;
  readonly unacknowledgedPerSecondPerClient: number;
  readonly errorsPerSecond: number;
  readonly errorsPerSecondPerClient: number;
}

interface ClientAccount {
  transfers: number;
  readonly requests: TokenBucket;
  /** For requests beyond that, which are answered once and not again. */
  readonly single: TokenBucket;
  readonly errors: TokenBucket;
  /** The last share came from that of known addresses. */
  ofKnown: boolean;
}

/** `single`: what is sent to an address that has not answered is sent once only. */
export type Verdict = RefusedReason | "granted" | "single";

/**
 * Who may start a transfer now. Counts transfers and unacknowledged requests, all together and for each address. Known
 * addresses, those that have acknowledged a transfer, have a share of their own that nobody else can use.
 */
export interface Admission {
  /**
   * Takes a place and a share of the rates. `now` is in milliseconds.
   * @param exempt what is set for each client does not bind this one
   */
  request(address: string, exempt: boolean, now: number): Verdict;
  /** The same request once more: takes a share of the rates only. */
  repeat(address: string, exempt: boolean, now: number): boolean;
  /** Takes a share of the rates of ERRORs to requests that have no transfer. */
  error(address: string, exempt: boolean, now: number): boolean;
  /** The client answered, or got an ERROR: its share is given back. */
  acknowledge(address: string): void;
  /** The client answered what only it can have seen. */
  prove(address: string): void;
  isKnown(address: string): boolean;
  /** The transfer ended. */
  release(address: string): void;
  readonly active: number;
  /** Addresses now remembered. */
  readonly accounts: number;
}

/** Requests allowed at first, in seconds' worth of the rate. */
const burstSeconds = 2;
const clientBurstSeconds = 6.4;
/** A PXELINUX ladder has some ten names, GRUB asks for hundreds of modules. */
const clientErrorBurstSeconds = 5;
/**
 * Requests of one address that are answered by one packet, for each that may be answered by three: the address may be
 * forged, and who really has it must not be locked out.
 */
const singles = 10;
/** Addresses kept in mind; false ones must not fill the memory. */
const maxAccounts = 4096;
const maxKnown = 4096;

/** @param isNeighbour whether others know the address to be true; asked when the share of strangers is used up */
export function admission(limits: AdmissionLimits, isNeighbour: (address: string) => boolean = () => false): Admission {
  const clients = new Map<string, ClientAccount>();
  const proven: BoundedMap<string, true> = boundedMap(maxKnown);
  const all = {
    requests: { strangers: empty(), known: empty() },
    errors: { strangers: empty(), known: empty() },
  };
  let begun = false;
  let active = 0;

  function rateOf(perSecond: number, seconds: number): Rate {
    return { perSecond, burst: perSecond * seconds };
  }

  function ratesOfClient() {
    const { unacknowledgedPerSecondPerClient: rate, errorsPerSecondPerClient } = limits;
    return {
      requests: rateOf(rate, clientBurstSeconds),
      single: rateOf(rate * singles, 1),
      errors: rateOf(errorsPerSecondPerClient, clientErrorBurstSeconds),
    };
  }

  function accountOf(address: string, now: number): ClientAccount {
    const known = clients.get(address);
    if (known) return known;
    if (clients.size >= maxAccounts) forgetOne();
    const rates = ratesOfClient();
    const account = {
      transfers: 0,
      requests: fullBucket(rates.requests, now),
      single: fullBucket(rates.single, now),
      errors: fullBucket(rates.errors, now),
      ofKnown: false,
    };
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

  /**
   * Fills what is for all, and finds the part that has something left for this address: half of it, where more comes from
   * there than one machine sends. That may be forged, so its machine is not locked out, and others have the other half.
   */
  function shareFor(
    kind: "requests" | "errors",
    address: string,
    isCrowded: boolean,
    now: number,
  ): TokenBucket | undefined {
    if (!begun) {
      begun = true;
      for (const each of ["requests", "errors"] as const) {
        for (const bucket of [all[each].strangers, all[each].known])
          Object.assign(bucket, fullBucket(rateOfAll(each), now));
      }
    }
    const { strangers, known } = all[kind];
    const rate = rateOfAll(kind);
    const least = isCrowded ? rate.burst / 2 + 1 : 1;
    const left = refill(known, rate, now);
    const leftForAll = refill(strangers, rate, now);
    if (left >= least && proven.peek(address)) return known;
    if (leftForAll >= least) return strangers;
    return left >= least && isNeighbour(address) ? known : undefined;
  }

  function rateOfAll(kind: "requests" | "errors"): Rate {
    return rateOf(kind === "requests" ? limits.unacknowledgedPerSecond : limits.errorsPerSecond, burstSeconds);
  }

  /** @param mayCrowd beyond what the address may ask, what others leave will do */
  function takeShare(address: string, exempt: boolean, mayCrowd: boolean, now: number): Verdict {
    const account = accountOf(address, now);
    const rates = ratesOfClient();
    const left = refill(account.requests, rates.requests, now);
    const singlesLeft = refill(account.single, rates.single, now);
    const own = exempt || left >= 1 ? account.requests : singlesLeft >= 1 ? account.single : undefined;
    const share = own || mayCrowd ? shareFor("requests", address, own === undefined, now) : undefined;
    if (share === undefined) return "rate";
    share.tokens--;
    account.ofKnown = share === all.requests.known;
    if (own && !exempt) own.tokens--;
    return own === account.requests ? "granted" : "single";
  }

  return {
    request(address, exempt, now) {
      if (active >= limits.maxTransfers) return "too-many-transfers";
      const account = accountOf(address, now);
      if (!exempt && account.transfers >= limits.maxTransfersPerClient) return "too-many-transfers-of-client";
      const verdict = takeShare(address, exempt, true, now);
      if (verdict === "rate") return verdict;
      account.transfers++;
      active++;
      return verdict;
    },
    repeat(address, exempt, now) {
      return takeShare(address, exempt, false, now) !== "rate";
    },
    error(address, exempt, now) {
      const { errors } = accountOf(address, now);
      const isCrowded = refill(errors, ratesOfClient().errors, now) < 1 && !exempt;
      const share = shareFor("errors", address, isCrowded, now);
      if (share === undefined) return false;
      share.tokens--;
      if (!exempt && !isCrowded) errors.tokens--;
      return true;
    },
    acknowledge(address) {
      const account = clients.get(address);
      (account?.ofKnown ? all.requests.known : all.requests.strangers).tokens++;
      if (account) account.requests.tokens++;
    },
    prove(address) {
      if (proven.get(address) === undefined) proven.set(address, true);
    },
    isKnown: (address) => proven.has(address),
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

function empty(): TokenBucket {
  return { tokens: 0, filledAt: 0 };
}
