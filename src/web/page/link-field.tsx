/** A link that was just made, with a button that copies it. */

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
      </div>
    </>
  );
}
