import { quote } from "@bootlace/dhcp-core";
import { isBootClass } from "../catalogue/boot-programs.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { BootRule } from "../config/schema.ts";

/**
 * Vendor classes that are to be served and for which no rule names a file: such a client need not say what machine it is,
 * and then nothing of the boot folder is for it.
 */
export function vendorClassNotes({ config: { dhcp, boot } }: LoadedConfig): string[] {
  const bare = dhcp.vendorClasses.filter(
    (prefix) => !isBootClass(prefix) && !boot.some((rule) => serves(rule, prefix)),
  );
  return bare.map(
    (prefix) =>
      `no rule names a file for the vendor class ${quote(prefix)} of dhcp.vendorClasses: clients of it that send no ` +
      "architecture get no reply. Write one with when: { vendorClass: … } and a file",
  );
}

function serves({ when = {}, file, menu, script, url }: BootRule, prefix: string): boolean {
  const names = [file, menu, script, url].some((way) => way !== undefined);
  const { vendorClass, arch } = when;
  const fits = vendorClass === undefined || vendorClass.some((one) => one.startsWith(prefix) || prefix.startsWith(one));
  return names && arch === undefined && fits;
}
