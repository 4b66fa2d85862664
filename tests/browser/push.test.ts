/** Notifications while the page is closed: what the account page says and does where there is no way out. */
import { expect } from "bun:test";
import { faults } from "./axe.ts";
import { stories, story } from "./stage.ts";

/** As the browser's push service would make it. The point is that of RFC 8291, appendix A. */
const SUBSCRIPTION = {
  endpoint: "https://push.invalid/x",
  p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  auth: "BTBZMqHH6r4Tts7J_aSIgg",
  quiet: "22:00-07:00",
  timeZone: "Europe/Berlin",
};

// The headless shell has no notifications.
stories("push", { wholeBrowser: true }, (stage) => {
  story("this device, a test, and the last result: there is no way out; then off", async () => {
    const { cluster } = stage;
    const ann = await stage.open(stage.nameOf("ann"), { serviceWorkers: "allow" });
    const at = cluster.web(0);
    await ann.register(at);
    await ann.context.grantPermissions(["notifications"], { origin: at });
    await ann.page.goto(`${at}/account`);
    const block = ann.page.locator("#push");
    await block.getByRole("button", { name: "Notify me on this device" }).waitFor();
    expect(await faults(ann.page, "no device")).toEqual([]);
    // The browser of this test has no push service behind it, so its part is played here.
    await ann.post(`${at}/account/push`, SUBSCRIPTION);
    await ann.page.reload();
    await block.getByText("this login").waitFor();
    await block.getByText("Nothing was sent there yet.").waitFor();
    await block.getByRole("button", { name: "Send a test" }).click();
    await block.getByText(/^No way out: this chat's servers cannot reach push\.invalid\./).waitFor();
    expect(await faults(ann.page, "no way out")).toEqual([]);
    // The other replicas say the same.
    await ann.page.goto(`${cluster.web(1)}/account`);
    await block.getByText(/^No way out/).waitFor();
    await block.getByRole("button", { name: "Turn off" }).click();
    await ann.page.getByText("Nothing is sent to that device any more.").waitFor();
    expect(await block.locator("li").count()).toBe(0);
  });

  story("what a push brings is shown, replaced, and taken back when it was read elsewhere", async () => {
    const ann = await stage.open(stage.nameOf("ann"), { serviceWorkers: "allow" });
    const at = stage.cluster.web(0);
    await ann.register(at);
    await ann.context.grantPermissions(["notifications"], { origin: at });
    await ann.page.waitForFunction(
      "navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)",
    );
    const push = async (note: object): Promise<void> => {
      const [worker] = ann.context.serviceWorkers();
      await worker!.evaluate(
        "((data) => new Promise((done) => { const event = new PushEvent('push', { data }); const wait = event.waitUntil.bind(event); event.waitUntil = (work) => { try { wait(work); } catch {} work.then(done, done); }; self.dispatchEvent(event); }))" +
          `(${JSON.stringify(JSON.stringify(note))})`,
      );
    };
    const shown = async (): Promise<string[]> =>
      await ann.page.evaluate<string[]>(
        "navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) => all.map(({ title, body }) => title + ': ' + body))",
      );
    const note = { kind: "call", title: "#ops", text: "bob mentions you", tag: "t1", path: "/c/t1" };
    await push(note);
    await push({ ...note, text: "2 new messages, the last from bob" });
    await push({ ...note, title: "eve", text: "New message", tag: "t2", path: "/c/t2" });
    expect((await shown()).toSorted()).toEqual(["#ops: 2 new messages, the last from bob", "eve: New message"]);
    await push({ ...note, kind: "read" });
    expect(await shown()).toEqual(["eve: New message"]);
  });
});
