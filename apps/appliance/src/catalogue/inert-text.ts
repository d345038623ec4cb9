import { quote } from "@bootlace/dhcp-core";

/** Text from elsewhere, such as another host or a disc image, with its control characters escaped. */
export function inertText(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}\p{DI}\u2800]/gu, (char) => quote(char).slice(1, -1));
}
