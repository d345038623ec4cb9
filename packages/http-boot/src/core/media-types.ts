/** Media types by the end of the name. UEFI compares the whole header: a parameter such as charset would break it. */
const types: readonly (readonly [string, string])[] = [
  [".efi", "application/efi"],
  [".efi.signed", "application/efi"],
  [".iso", "application/vnd.efi-iso"],
  [".img", "application/vnd.efi-img"],
  [".ipxe", "text/plain"],
  [".cfg", "text/plain"],
  [".conf", "text/plain"],
  [".txt", "text/plain"],
  [".ks", "text/plain"],
  [".sh", "text/plain"],
  [".json", "application/json"],
  [".yaml", "application/yaml"],
  [".yml", "application/yaml"],
  [".xml", "application/xml"],
  [".html", "text/html"],
  [".gz", "application/gzip"],
  [".xz", "application/x-xz"],
  [".zst", "application/zstd"],
  [".tar", "application/x-tar"],
  [".zip", "application/zip"],
];

/** The Content-Type of a file; names are compared without case. */
export function mediaType(file: string): string {
  const name = file.slice(file.lastIndexOf("/") + 1).toLowerCase();
  return types.find(([end]) => name.endsWith(end))?.[1] ?? "application/octet-stream";
}
