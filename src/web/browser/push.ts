/**
 * Subscribes this browser to what the replicas push, and renews what they know of it: after another log-in, and when the
 * quiet hours have changed. Each address of the chat is an origin with a subscription of its own.
 */
import { newId, postUntilDone, type Answer } from "./requests.ts";

/** Who is logged in where, and until when nobody is called. */
interface Login {
  readonly cluster: string;
  readonly me: string;
  /** The key of this login. */
  readonly key: string;
}

const nameOf = ({ cluster, me }: Login): string => `lastword-push-${cluster}-${me}`;

/** What the replicas know of this browser. It is stored while the user wants to be called here. */
function knownOf(login: Login, endpoint: string): string {
  return [login.key, document.body.dataset["quiet"] ?? "", endpoint].join(" ");
}

/** In an app of iOS, or in any other browser at a secure address. */
function pushManager(): Promise<PushManager> | null {
  const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer };
  if (serviceWorker === undefined || !("PushManager" in window)) return null;
  return serviceWorker.ready.then(({ pushManager: manager }) => manager);
}

async function tell(subscription: PushSubscription, login: Login): Promise<Answer> {
  const { endpoint, keys = {} } = subscription.toJSON();
  const answer = await postUntilDone("/account/push", {
    endpoint: endpoint ?? "",
    p256dh: keys["p256dh"] ?? "",
    auth: keys["auth"] ?? "",
    quiet: document.body.dataset["quiet"] ?? "",
    timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
    id: newId(),
  });
  if (answer.status === 200) localStorage.setItem(nameOf(login), knownOf(login, subscription.endpoint));
  return answer;
}

/** Tells the replicas what has changed since this browser subscribed. */
export async function renewPush(login: Login): Promise<void> {
  const known = localStorage.getItem(nameOf(login));
  if (known === null) return;
  const subscription = await (await pushManager())?.getSubscription();
  if (subscription && knownOf(login, subscription.endpoint) !== known) await tell(subscription, login);
}

const CANNOT =
  "This browser cannot be called here: browsers allow it at https addresses and at localhost, and on an iPhone only when this page was added to the Home Screen.";
const BLOCKED = "This browser blocks notifications of this chat. Allow them in its settings for this site.";

/** On the account page: the button for this device, and what keeps it from working. */
export function openPushSetting(main: ParentNode): void {
  const block = main.querySelector<HTMLElement>("#push");
  const button = main.querySelector<HTMLButtonElement>("#push-on");
  const state = main.querySelector("#push-state");
  if (block === null || button === null || state === null) return;
  const { me = "", cluster = "", carry = "" } = document.body.dataset;
  const login = { me, cluster, key: carry };
  const ready = pushManager();
  const current = block.querySelector<HTMLElement>("[data-current]");
  const isOn = current !== null && localStorage.getItem(nameOf(login)) !== null;
  if (ready === null) state.textContent = CANNOT;
  else if (Notification.permission === "denied") state.textContent = BLOCKED;
  else {
    state.textContent = isOn ? "This device is called." : "";
    button.hidden = isOn;
  }
  for (const form of current?.querySelectorAll<HTMLFormElement>('form[action$="/end"]') ?? [])
    form.addEventListener("submit", () => {
      localStorage.removeItem(nameOf(login));
      void ready?.then(async (manager) => await (await manager.getSubscription())?.unsubscribe());
    });
  button.addEventListener("click", () => {
    button.disabled = true;
    void turnOn(ready!, block.dataset["key"] ?? "", login).then((why) => {
      button.disabled = false;
      if (why === "") location.replace("/account?said=pushed#push");
      else state.textContent = why;
    });
  });
}

/** Subscribes; why it failed, "" if it did not. */
async function turnOn(ready: Promise<PushManager>, key: string, login: Login): Promise<string> {
  if ((await Notification.requestPermission()) !== "granted") return BLOCKED;
  const manager = await ready;
  const options = { userVisibleOnly: true, applicationServerKey: key };
  let subscription: PushSubscription;
  try {
    // One that was made with the key of another cluster must go first.
    subscription = await manager.subscribe(options).catch(async () => {
      await (await manager.getSubscription())?.unsubscribe();
      return await manager.subscribe(options);
    });
  } catch {
    return "The push service of this browser did not answer. It needs a way out to the internet, as the servers do.";
  }
  const answer = await tell(subscription, login);
  return answer.status === 200 ? "" : (answer.json.sentence ?? "No server took it. Try again in a moment.");
}
