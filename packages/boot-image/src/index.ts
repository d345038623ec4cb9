export type { BootEntry } from "./core/el-torito.ts";
export type { Extent, ImageEntry } from "./core/entry.ts";
export type { ImageFault, ImageFaultCode, ImageResult } from "./core/fault.ts";
export type { FileSystem, FileSystemKind, FindOptions, FolderListing, WalkedEntry } from "./core/file-system.ts";
export type { DiscImage } from "./core/image.ts";
export { contentFault, openImage, readEntry } from "./core/image.ts";
export type { Partition } from "./core/partitions.ts";
export type { Medium } from "./core/reader.ts";

export type { OpenMedium } from "./image-source.ts";
export { imageSource } from "./image-source.ts";
