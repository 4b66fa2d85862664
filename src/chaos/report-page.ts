/** The report as one self-contained page, without scripts, fonts or pictures of its own. */
import { faultText } from "./live-view.ts";
import type { ChaosReport } from "./report.ts";
import { axisTimes, escapeText, timelineOf } from "./timeline.ts";

const STYLE = `
:root{color-scheme:light dark;
--paper:light-dark(#f5f3ee,#121513);--surface:light-dark(#fcfbf8,#191d1b);--line:light-dark(#e2ded4,#2e3431);
--ink:light-dark(#1c2220,#e8e6e0);--soft:light-dark(#58615d,#a4ada8);--accent:light-dark(#12594d,#83d2bf);
--rate:light-dark(#7fb5a8,#3d7568);--leader:light-dark(#12594d,#83d2bf);--follower:light-dark(#a9cfc5,#2f5a51);
--catching:light-dark(#e0a63a,#c98a12);--paused:light-dark(#a58bc9,#8f76b8);--silent:light-dark(#c4beb2,#4b5450);
--kill:light-dark(#a12a20,#ff9d90);--net:light-dark(#2b62a8,#8ab8f0);--danger:light-dark(#a12a20,#ff9d90);
--danger-tint:light-dark(#fbeae7,#3a2320);--good-tint:light-dark(#dcebe5,#1d3a33)}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:70rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .25rem}h2{font-size:1.0625rem;margin:2.5rem 0 .75rem}
p{margin:.25rem 0}.soft,small,caption{color:var(--soft)}
.verdict{border-radius:.625rem;padding:1rem 1.25rem;margin:1.25rem 0;background:var(--good-tint)}
.verdict strong{display:block;font-size:1.125rem}.verdict.broken{background:var(--danger-tint)}.verdict.broken strong{color:var(--danger)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:1px;background:var(--line);border:1px solid var(--line);border-radius:.625rem;overflow:hidden;margin:0}
.figures div{background:var(--surface);padding:.75rem 1rem}.figures dt{color:var(--soft);font-size:.8125rem;line-height:1.3}.figures dd{margin:0;font-size:1.25rem;line-height:1.3}
.figures dd small{display:block;font-size:.8125rem}.missed{color:var(--danger)}
figure{margin:0;background:var(--surface);border:1px solid var(--line);border-radius:.625rem;padding:1rem 1.25rem .75rem 0}
.picture{position:relative;margin-left:5.25rem}.picture svg{display:block;width:100%;overflow:hidden}
.names span{position:absolute;right:100%;padding-right:.625rem;white-space:nowrap;font-size:.8125rem;line-height:1;color:var(--soft);transform:translateY(-50%)}
.times{position:relative;height:1.5rem;margin:.25rem 0 0 5.25rem;font-size:.8125rem;color:var(--soft)}
.times span{position:absolute;transform:translateX(-50%);white-space:nowrap}.times span:first-child{transform:none}.times span.end{left:auto!important;right:0;transform:none}
figcaption{display:flex;flex-wrap:wrap;gap:.125rem 1rem;font-size:.8125rem;color:var(--soft);margin:.5rem 0 0 5.25rem}
figcaption i{display:inline-block;width:.75rem;height:.75rem;border-radius:2px;margin-right:.375rem;vertical-align:-1px}
.grid{stroke:var(--line);fill:none}.grid,.failover{vector-effect:non-scaling-stroke}
rect.track{fill:var(--line);opacity:.45}.rate{fill:var(--rate)}.failover{stroke:var(--ink);stroke-width:1.5;fill:none}
rect.gap{fill:var(--danger);opacity:.28}rect.kill{fill:var(--kill)}rect.pause,rect.paused{fill:var(--paused)}rect.net{fill:var(--net)}
rect.leader{fill:var(--leader)}rect.follower{fill:var(--follower)}rect.catching{fill:var(--catching)}rect.silent{fill:var(--silent)}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9375rem}
th,td{text-align:left;padding:.375rem .75rem .375rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;color:var(--soft);font-size:.8125rem}.short{white-space:nowrap}td.missed{font-weight:600}td.n,th.n{text-align:right;white-space:nowrap;padding-right:1.5rem}td:last-child,th:last-child{padding-right:0}
ul{padding-left:1.25rem}li{overflow-wrap:anywhere}code{overflow-wrap:anywhere}
@media(max-width:40rem){main{padding:1.25rem 1rem 3rem}figure{padding-right:.75rem}.times span:nth-child(even){display:none}
.picture,.times,figcaption{margin-left:4.25rem}.names span{padding-right:.5rem;font-size:.75rem}td,th{padding-right:.5rem}}
`;

function text(value: string | number): string {
  return escapeText(typeof value === "number" ? value.toLocaleString("en") : value);
}

function figure(name: string, value: string, more = "", missed = false): string {
  const small = more === "" ? "" : `<small${missed ? ' class="missed"' : ""}>${text(more)}</small>`;
  return `<div><dt>${text(name)}</dt><dd>${text(value)}${small}</dd></div>`;
}

function figuresOf(report: ChaosReport): string {
  const { sends, availability, failovers, faults } = report;
  const missed = availability.bars.some(({ met }) => !met);
  const bar = (unit: "ms" | "%"): string => {
    const found = availability.bars.find((one) => one.unit === unit);
    if (found === undefined) return report.cluster.network === null ? "" : "deaths noticed by 1.5 s of silence";
    const limit = unit === "ms" ? `${found.limit / 1000} s` : `${found.limit} %`;
    return `${found.met ? "within" : "beyond"} the bar of ${limit}`;
  };
  const took = failovers.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const median = took[Math.floor(took.length / 2)];
  return [
    figure("acknowledged sends", text(sends.acknowledged), `${sends.perSecond} a second`),
    figure("unknown / refused", `${sends.unknown} / ${sends.refused}`, `${sends.deletions} deletions`),
    figure("median time to acknowledge", `${sends.p50Ms} ms`, `p99 ${sends.p99Ms} ms`),
    figure(
      "faults",
      String(faults.length),
      `${failovers.length} failovers${median === undefined ? "" : `, median ${median} ms`}`,
    ),
    figure(
      "longest time without an acknowledged write",
      `${(availability.longestGapMs / 1000).toFixed(2)} s`,
      bar("ms"),
      missed,
    ),
    figure("unavailable in all", `${availability.unavailablePercent} %`, bar("%"), missed),
  ].join("");
}

function pictureOf(report: ChaosReport): string {
  const { svg, rows, rateEnd } = timelineOf(report);
  const name = (label: string, y: number): string => `<span style="top:${y}px">${text(label)}</span>`;
  const names = rows.flatMap((row, i) =>
    i === 0
      ? [name(`${text(rateEnd)}/s`, row.y + 6), name(text(rateEnd / 2), row.height / 2), name("0", row.height)]
      : [name(row.name, row.y + row.height / 2)],
  );
  const times = axisTimes(report.ranMs).map((at) => {
    const label = at >= 120_000 ? `${at / 60_000} min` : `${at / 1000} s`;
    const last = at > report.ranMs * 0.97 ? ' class="end"' : "";
    return `<span${last} style="left:${((at / Math.max(1, report.ranMs)) * 100).toFixed(2)}%">${text(label)}</span>`;
  });
  const key = (colour: string, label: string): string =>
    `<span><i style="background:var(--${colour})"></i>${label}</span>`;
  const groups = new Set(report.faults.map(({ group }) => group));
  const keys = [
    key("rate", "acknowledged sends/s"),
    ...(groups.has("kills") ? [key("kill", "kill or stop")] : []),
    ...(groups.has("pauses") ? [key("paused", "pause")] : []),
    ...(groups.has("network") ? [key("net", "network")] : []),
    key("leader", "leader"),
    key("follower", "follower"),
    key("catching", "catching up"),
    key("silent", "no answer"),
    `<span><i style="background:var(--line);opacity:.6"></i>not running</span>`,
    `<span><i style="background:var(--ink);width:2px"></i>failover</span>`,
    `<span><i style="background:var(--danger);opacity:.3"></i>nothing acknowledged for ${report.availability.countedFromMs} ms or more</span>`,
  ];
  return `<figure><div class="picture"><div class="names" aria-hidden="true">${names.join("")}</div>${svg}</div><div class="times" aria-hidden="true">${times.join("")}</div><figcaption>${keys.join("")}</figcaption></figure>`;
}

function tableOf(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const isNumber = head.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === "number"));
  const kindOf = (value: string | number, column: number): string => {
    if (isNumber[column] === true) return ' class="n"';
    if (typeof value !== "string") return "";
    if (value.startsWith("BROKEN")) return ' class="missed"';
    return /^[\d.,]+ m?s$/.test(value) ? ' class="short"' : "";
  };
  const cell = (tag: "td" | "th", value: string | number, column: number): string =>
    `<${tag}${kindOf(value, column)}>${text(value)}</${tag}>`;
  const line = (tag: "td" | "th", row: readonly (string | number)[]): string =>
    `<tr>${row.map((value, column) => cell(tag, value, column)).join("")}</tr>`;
  return `<div class="wide"><table><thead>${line("th", head)}</thead><tbody>${rows.map((row) => line("td", row)).join("")}</tbody></table></div>`;
}

function notesOf(report: ChaosReport): string {
  const { cluster, groups, machine } = report;
  const notes = [
    `The seed (${report.seed}) repeats the steps; when they come and whom they meet is not replayed.`,
    `Faults: ${groups.done.join(", ") || "none"}${cluster.network === null ? "" : `; slow and lossy links by ${cluster.network}`}. ${report.skippedFaults} steps found nobody to strike.`,
    ...groups.impossible.map(({ group, why }) => `Not done: faults of the ${group}: ${why}.`),
    cluster.own ? "The cluster was started for this run." : "The cluster was running before and goes on.",
    ...(cluster.network === null
      ? []
      : [
          "In networks of their own the replicas take each other for other hosts: they hold a peer for dead after 1.5 s of silence, while on one host a refused connection tells them at once.",
        ]),
    `A stretch of ${report.availability.countedFromMs} ms or more without an acknowledged write counts as unavailable, whole.`,
    `${machine.cores} cores, load ${machine.load1} at the end; the process that watched was itself held up for ${machine.longestStallMs} ms at most.`,
    ...(report.interrupted ? ["It was broken off; what had been written until then was checked."] : []),
  ];
  return `<ul>${notes.map((note) => `<li>${text(note)}</li>`).join("")}</ul>`;
}

/** The whole page. */
export function reportPage(report: ChaosReport): string {
  const date = report.startedAt.replace("T", " ").replace(/\.\d+Z$/, " UTC");
  const [held, ...facts] = report.verdict.split(": ");
  const violations =
    report.violations.length === 0
      ? ""
      : `<h2>Violations</h2><ul>${report.violations.map((one) => `<li>${text(one)}</li>`).join("")}</ul>`;
  const checks = report.checks.map(({ name, looked, violations: wrong }) => [
    name,
    looked,
    wrong === 0 ? "held" : `BROKEN, ${wrong}`,
  ]);
  const faults = report.faults.map((fault) => [
    `${(fault.at / 1000).toFixed(1)} s`,
    faultText(fault),
    `${((fault.until - fault.at) / 1000).toFixed(1)} s`,
    fault.quietMs === 0 ? `under ${report.availability.countedFromMs} ms` : `${text(fault.quietMs)} ms`,
  ]);
  const parts = [
    `<h1>Chaos, seed ${report.seed}</h1><p class="soft">${text(date)}, ${(report.ranMs / 1000).toFixed(0)} s, ${report.cluster.replicas.length} replicas, ${text(report.cluster.consistency)}, ${text(report.program)}</p>`,
    `<p class="verdict${report.ok ? "" : " broken"}"><strong>${text(held!.charAt(0).toUpperCase() + held!.slice(1))}</strong>${text(facts.join(": "))}</p>`,
    `<dl class="figures">${figuresOf(report)}</dl>`,
    violations,
    `<h2>What happened</h2>${pictureOf(report)}`,
    `<h2>Checks</h2>${tableOf(["promise", "looked at", "result"], checks)}`,
    `<h2>Faults</h2>${tableOf(["at", "what", "lasted", "no write for"], faults)}`,
    `<h2>How to read this</h2>${notesOf(report)}`,
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Chaos, seed ${report.seed}: ${report.ok ? "the promise held" : "the promise was broken"}</title><style>${STYLE}</style></head>
<body><main>${parts.join("\n")}</main></body></html>
`;
}
