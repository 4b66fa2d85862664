/**
 * Parses text/event-stream as a replica writes it: "event: ", "data: " and "id: " lines, one blank line after each
 * event.
 */

const EVENT_CHARS_MAX = 2_000_000;

/** One server-sent event. */
export interface StreamEvent {
  /** "message" if the replica named none. */
  readonly name: string;
  /** Its lines of data, joined by LF. */
  readonly data: string;
  /** The cursor after it; "" for an event that does not move the cursor. */
  readonly id: string;
}

/**
 * Parses the text of a stream in pieces, cut anywhere, and calls back once for each event. It throws if an event
 * exceeds EVENT_CHARS_MAX.
 */
export function eventParser(onEvent: (event: StreamEvent) => void): (text: string) => void {
  let rest = "";
  let name = "";
  let id = "";
  let data: string[] = [];
  return (text) => {
    rest += text;
    if (rest.length > EVENT_CHARS_MAX) throw new Error("an event has no end");
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (name !== "" || data.length > 0)
          onEvent({ name: name === "" ? "message" : name, data: data.join("\n"), id });
        name = "";
        data = [];
      } else if (line.startsWith("data: ")) data.push(line.slice(6));
      else if (line.startsWith("event: ")) name = line.slice(7);
      else if (line.startsWith("id: ")) id = line.slice(4);
    }
  };
}
