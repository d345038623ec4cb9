/** What proxy-dhcp knows of programs and of the clients that ask, for the rooms above. */
export { isBootClass, isIpxeBinary } from "@bootlace/proxy-dhcp";
