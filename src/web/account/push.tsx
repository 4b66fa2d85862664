/** The part of the account page that says on which devices the user is called while the page is closed. */
import type { PushView } from "../../chat/push-service.ts";
import { Time } from "../page/names.tsx";
import { PostForm } from "../page/post-form.tsx";

interface PushProps {
  /** "": the operator has turned pushing off. */
  readonly pushKey: string;
  readonly pushes: readonly PushView[];
}

/** The devices, and the button for this one. The script says whether this browser can. */
export function PushBlock({ pushKey, pushes }: PushProps) {
  return (
    <section class="block stack" id="push" aria-labelledby="push-title" data-key={pushKey}>
      <h2 id="push-title">Notifications while the page is closed</h2>
      {pushKey === "" ? (
        <p>Whoever runs this chat has turned them off.</p>
      ) : (
        <>
          <p class="hint">
            They come half a minute after a message that calls you and that you have not read, and say who wrote and
            where, but no word of it. The servers need a way out to the push service of the browser's maker; in a
            network without one nothing arrives, and the last result below says so.
          </p>
          <p class="needs-script">
            <button type="button" id="push-on" hidden>
              Notify me on this device
            </button>{" "}
            <span id="push-state" role="status" />
          </p>
        </>
      )}
      {pushes.length === 0 ? null : (
        <ul class="logins">
          {pushes.map((one) => (
            <PushedDevice push={one} />
          ))}
        </ul>
      )}
    </section>
  );
}

function PushedDevice({ push }: { push: PushView }) {
  const device = push.device === "" ? "Unknown device" : push.device;
  const path = `/account/push/${encodeURIComponent(push.id)}`;
  return (
    <li {...(push.current ? { "data-current": push.id } : {})}>
      <span>
        <span class="device">{device[0]!.toUpperCase() + device.slice(1)}</span>
        {push.current ? <span class="tag">this login</span> : null}
        <span class="small">
          {push.origin === "" ? null : `at ${new URL(push.origin).host}, `}
          since <Time micros={push.createdMicros} style="from" />
        </span>
        <span class="small push-result">
          {push.lastResult === "" ? (
            "Nothing was sent there yet."
          ) : (
            <>
              {push.lastResult} (<Time micros={push.lastMicros} style="past" />)
            </>
          )}
        </span>
      </span>
      <span class="row">
        <PostForm action={`${path}/test`}>
          <button type="submit">
            Send a test<span class="sr"> to {device}</span>
          </button>
        </PostForm>
        <PostForm action={`${path}/end`}>
          <button type="submit">
            Turn off<span class="sr"> {device}</span>
          </button>
        </PostForm>
      </span>
    </li>
  );
}
