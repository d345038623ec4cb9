import { codeOf, isShortage, notFound, type OpenResult, type Source, type SourceFault } from "@bootlace/boot-source";
import { closeSource } from "./frames.ts";
import { netasciiView, type OpenEndedFile } from "./netascii-view.ts";
import { openName } from "./open-name.ts";
import { type Asked, messageOf, type SessionHost } from "./session.ts";

export interface Opened {
  /** @param name what was opened */
  opened(file: OpenEndedFile, name: string): void;
  notServed(fault: SourceFault): void;
  /** No answer: the client asks again. */
  unanswered(reason: "overdue" | "no-descriptor", detail: string): void;
}

/** The look-up of a file. */
export interface Opening {
  /** Gives up when it has lasted too long. */
  tick(now: number): void;
  /** Nobody waits for it any more; a file that is opened all the same is closed. */
  abandon(): void;
}

/** How long a file may take to open, in milliseconds. */
const longestOpening = 3000;

/** Opens the file of a read request when it is its turn. At most one of `done` is called, perhaps before this returns. */
export function openInTurn(host: SessionHost, source: Source, asked: Asked, done: Opened): Opening {
  const { request, client, receivedAt } = asked;
  let over = false;

  function end(): boolean {
    if (over) return false;
    over = true;
    return true;
  }

  function take(result: OpenResult, name: string): void {
    if (result.ok) host.found(asked);
    if (!end()) {
      if (result.ok) closeSource(result.file);
      return;
    }
    if (!result.ok) done.notServed(result.fault);
    else if (request.mode !== "netascii") done.opened(result.file, name);
    else {
      const view = netasciiView(result.file);
      if (view.ok) done.opened(view.file, name);
      else {
        closeSource(result.file);
        done.notServed(view.fault);
      }
    }
  }

  function failed(error: unknown): void {
    // An ERROR would end the boot; who hears nothing asks again.
    if (!isShortage(error)) take(notFound("source-failed", messageOf(error)), request.file);
    else if (end()) done.unanswered("no-descriptor", codeOf(error));
  }

  function giveUp(detail: string): void {
    if (end()) done.unanswered("overdue", detail);
  }

  let release = () => {};
  host.lookUp(asked, {
    start(released) {
      release = released;
      if (over) {
        release();
        return;
      }
      const { file } = request;
      openName(
        source,
        file,
        client,
        (result, name) => {
          release();
          take(result, name);
        },
        (error) => {
          release();
          failed(error);
        },
      );
    },
    drop: () => giveUp("waiting"),
  });

  return {
    tick(now) {
      if (!over && now - receivedAt >= longestOpening) {
        // A disk that hangs must not keep the turns of all others.
        release();
        giveUp("opening");
      }
    },
    abandon() {
      end();
    },
  };
}
