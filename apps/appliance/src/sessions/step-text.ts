import { quote } from "@bootlace/dhcp-core";
import { ignoreText } from "@bootlace/proxy-dhcp";
import { whyNot } from "./file-reason.ts";
import type { FileStep, Step } from "./step.ts";

/** One step for people. Texts from the network are escaped. */
export function stepText(step: Step): string {
  switch (step.kind) {
    case "discover": {
      const arch = step.arch ?? `architecture ${step.archCodes.join(", ") || "unknown"}`;
      const firmware = arch.endsWith(step.firmware) ? "" : `, ${step.firmware}`;
      const relay = step.relay === undefined ? "" : ` through relay ${step.relay}`;
      return `DISCOVER: ${arch}${firmware}, ${quote(step.vendorClass)}${relay}`;
    }
    case "offer":
    case "ack": {
      const file = step.bootFile === undefined ? "no boot file" : quote(step.bootFile);
      const rule = step.rule === undefined ? "" : `, rule ${quote(step.rule)}`;
      return `${step.kind.toUpperCase()} sent: ${file} from ${step.server}, form ${step.form}${rule}`;
    }
    case "silence":
      return `${step.type} gets no reply: ${ignoreText(step)}`;
    case "lease":
      return `DHCP server ${step.server} assigns address ${step.address ?? "?"}`;
    case "pxe-request":
      return `REQUEST on the PXE port from ${step.address}${step.item === undefined ? "" : `, boot item ${step.item}`}`;
    case "foreign-offer": {
      const file = step.bootFile === undefined ? "" : `, boot file ${quote(step.bootFile)}`;
      const words = step.vendorClass === undefined ? "" : `, vendor class ${quote(step.vendorClass)}`;
      return `${step.server} offers ${step.proxy ? "no address (a proxy)" : `address ${step.address}`}${words}${file}`;
    }
    case "system": {
      const who = step.hostName ?? step.vendorClass;
      return `${step.type} from an operating system${who === undefined ? "" : `, ${quote(who)}`}`;
    }
    case "server-asked":
      return `Bootlace requested ${quote(step.file)} from ${step.server}: ${serverTexts[step.result]}`;
    case "file":
      return fileText(step);
  }
}

const serverTexts = {
  down: "no reply",
  refused: "its port is closed",
  "no-file": "it does not have the file",
  serves: "it has the file",
} as const;

function fileText(step: FileStep): string {
  const of = step.image === undefined ? "" : ` of ${quote(step.image)}`;
  const name = `${step.protocol.toUpperCase()} ${quote(step.file)}${of}`;
  const size = step.size === undefined ? "" : ` of ${step.size}`;
  switch (step.outcome) {
    case "running":
      return `${name}: ${step.bytes}${size} bytes so far`;
    case "done":
      return `${name}: ${step.bytes} bytes${step.ms === undefined ? "" : ` in ${(step.ms / 1000).toFixed(3)} s`}`;
    case "probe":
      return `${name}: size requested: ${step.size ?? "?"} bytes`;
    case "aborted":
      return `${name}: ended after ${step.bytes}${size} bytes: ${whyNot(step)}`;
    case "not-found":
      return `${name}: ${whyNot(step)}`;
    case "refused":
      return `${name}: refused: ${whyNot(step)}`;
  }
}
