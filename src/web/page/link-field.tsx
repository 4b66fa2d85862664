/** A link that was just made, with a button that copies it. */

/** An address that means the computer of whoever opens it. */
const LOCAL = /^https?:\/\/(?:localhost|[\w.-]+\.localhost|127\.[\d.]+|\[::1\])(?:[:/]|$)/;

/** Shown once: the replicas keep only what recognises the link. */
export function LinkField({ link, hint }: { link: string; hint: string }) {
  return (
    <>
      <p class="said" role="status">
        Here is the link. Copy it now: it is not shown again.
      </p>
      <div class="field">
        <label for="link">Link to send</label>
        <div class="link-line">
          <input id="link" type="text" value={link} readonly autofocus spellcheck={false} />
          <button type="button" class="needs-script" data-copies="link">
            Copy
          </button>
        </div>
        <p class="hint">{hint}</p>
        {LOCAL.test(link) ? (
          <p class="hint">
            It works on this computer only, because it begins with the address of this computer itself. For people at
            other computers, open this page at an address that they can reach, and make the link there.
          </p>
        ) : null}
      </div>
    </>
  );
}
