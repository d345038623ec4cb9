import { networkOf, subnetContains } from "@bootlace/boot-source";
import { found, type Rule } from "./rule.ts";

/** A DHCP server gives this client the address of a boot server: its requests for files go to itself. */
export const leasesOurAddress: Rule = {
  id: "B18",
  when(view) {
    const { addresses, fileServers } = view.network;
    const servers = new Set([...addresses, ...fileServers]);
    const step = [...view.leases, ...view.foreign].find(({ address }) => address !== undefined && servers.has(address));
    if (step?.address === undefined) return undefined;
    const { address, server } = step;
    return found("leases-our-address", "certain", [step], {
      address,
      router: server,
      own: addresses.includes(address),
    });
  },
};

/** The client hears an address and a boot file, and takes neither. */
export const offersNotTaken: Rule = {
  id: "B19",
  when(view) {
    const { offers, discovers, discoverCount, leases, pxeRequests, boot } = view;
    const router = view.foreign.find(({ proxy }) => !proxy);
    const offer = offers.at(-1);
    if (router === undefined || offer === undefined || leases.length + pxeRequests.length > 0) return undefined;
    if (boot.firmware === "raspberry-pi" || discoverCount < 3 || !view.silentFor(10_000)) return undefined;
    const facts = {
      router: router.server,
      server: offer.server,
      file: offer.bootFile,
      form: offer.form,
      mac: boot.mac,
    };
    return found("offers-not-taken", "likely", [...discovers, ...offers, ...view.foreign], facts);
  },
};

/** `subnets` leaves out the address that the client was given. */
export const leaseLeftOut: Rule = {
  id: "B17",
  when(view) {
    const { subnets } = view.network;
    const address = view.leases.at(-1)?.address;
    if (address === undefined || subnets.length === 0 || contains(subnets, address)) return undefined;
    if (view.done.length > 0 || !view.silentFor(5_000)) return undefined;
    const facts = { address, subnets, server: view.leases.at(-1)?.server ?? "" };
    return found("lease-left-out", "likely", view.leases, facts);
  },
};

/** The same, and the client's requests for files were refused for it. */
export const requestsLeftOut: Rule = {
  id: "B17",
  when(view) {
    const { subnets } = view.network;
    const address = view.boot.address;
    const refused = view.files.filter(({ reason }) => reason === "client-not-allowed");
    if (address === undefined || refused.length === 0 || refused.length < view.files.length) return undefined;
    if (subnets.length === 0 || contains(subnets, address) || !view.silentFor(2_000)) return undefined;
    const facts = { address, subnets, server: view.leases.at(-1)?.server ?? "" };
    return found("lease-left-out", "certain", [...view.leases, ...refused], facts);
  },
};

/** `subnets` leaves out every address of this machine: no interface is served. */
export const interfacesLeftOut: Rule = {
  id: "B17",
  when(view) {
    const { subnets, addresses, served } = view.network;
    const silence = view.silences.findLast(({ reason }) => reason === "no-interface");
    const own = addresses.filter((address) => !address.startsWith("127."));
    if (silence === undefined || subnets.length === 0 || view.offers.length > 0) return undefined;
    if (served.length > 0 && own.some((address) => contains(subnets, address))) return undefined;
    return found("interfaces-left-out", "certain", [...view.discovers, silence], { subnets, addresses: own });
  },
};

function contains(subnets: readonly string[], address: string): boolean {
  return subnets.some((text) => {
    const subnet = networkOf(text);
    return subnet !== undefined && subnetContains(subnet, address);
  });
}

/** The boot menu has no time limit and waits for someone to choose. */
export const pxeMenuWaits: Rule = {
  id: "delivered",
  when(view) {
    const offer = view.offers.findLast(({ form }) => form === "menu");
    if (offer?.menuSeconds !== forEver || view.leases.length === 0 || view.pxeRequests.length > 0) return undefined;
    if (view.files.length > 0 || !view.silentFor(12_000)) return undefined;
    return found("pxe-menu-waits", "guess", [offer, ...view.leases], { menu: offer.rule });
  },
};

const forEver = 255;
