import { createHash } from "node:crypto";
import {
  content,
  notFound,
  type OpenResult,
  type Source,
  type SourceFile,
  type TftpClient,
} from "@bootlace/tftp-serve";
import {
  isScriptTemplate,
  longestScript,
  readScriptName,
  renderScript,
  type ScriptIdentity,
} from "../catalogue/ipxe-script.ts";

/**
 * Fills in iPXE scripts on their way out of a source. Every other file passes as it is.
 * @param protocol over which the files go out, and the port at which a URL without port finds it
 */
export function scriptSource(
  source: Source,
  { protocol, usualPort }: { readonly protocol: "http" | "tftp"; readonly usualPort: number },
): Source {
  async function rendered(opened: OpenResult, identity: ScriptIdentity, client: TftpClient): Promise<OpenResult> {
    if (!opened.ok || opened.file.size > longestScript) return opened;
    const text = await wholeText(opened.file);
    if (!text.ok || !isScriptTemplate(text.text)) return text.ok ? opened : text;
    const { modified } = opened.file;
    await opened.file.close();
    const { localAddress, localPort } = client;
    const baseUrl = `${protocol}://${localAddress}${localPort === usualPort ? "" : `:${localPort}`}`;
    const script = Buffer.from(renderScript(text.text, { ...identity, nextServer: localAddress, baseUrl }));
    const made = content(script, createHash("sha256").update(script).digest("hex"));
    return made.ok && modified !== undefined ? { ok: true, file: { ...made.file, modified } } : made;
  }

  return {
    open(name, client) {
      const script = readScriptName(name);
      if (script === undefined) return source.open(name, client);
      return Promise.resolve(source.open(script.file, client)).then((opened) =>
        rendered(opened, script.identity, client),
      );
    },
  };
}

async function wholeText(file: SourceFile): Promise<{ readonly ok: true; readonly text: string } | OpenFault> {
  const bytes = Buffer.alloc(file.size);
  try {
    const read = await file.read(bytes, 0);
    return { ok: true, text: bytes.toString("utf8", 0, read) };
  } catch (error) {
    await file.close();
    return notFound("source-failed", error instanceof Error ? error.message : String(error)) as OpenFault;
  }
}

type OpenFault = Extract<OpenResult, { ok: false }>;
