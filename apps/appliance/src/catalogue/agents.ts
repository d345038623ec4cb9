/** What firmware and boot loaders call themselves by HTTP. Nobody else asks for a first boot file. */
const loaders = /^(g?iPXE|UefiHttpBoot|GRUB|GNU GRUB|Syslinux|U-Boot|lwIP|EFI|Raspberry)/i;

/** Who makes an HTTP request, by its User-Agent: an operating system's program, or, without a name, nobody knows. */
export type AgentKind = "loader" | "system" | "unknown";

export function agentKind(userAgent: string | undefined): AgentKind {
  if (userAgent === undefined || userAgent.trim() === "") return "unknown";
  return loaders.test(userAgent) ? "loader" : "system";
}
