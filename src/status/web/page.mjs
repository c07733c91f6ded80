// Runs in the browser. Whatever comes from outside becomes text, never markup.

/** @import { Status } from '../read-status.ts' */
/** @import { PollRow, RunRow } from '../recent-polls.ts' */
/** @typedef {{ text: string, kind?: string }} Cell */

const EVERY_MS = 10_000;
const TIMEOUT_MS = 50_000;

/** @type {Status | undefined} */
let shown;
/** @type {number | undefined} */
let timer;
let isReading = false;

/** @returns {HTMLElement} */
function byId(/** @type {string} */ id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`There is no ${id}.`);
  return found;
}

/** An element with text. */
function element(/** @type {string} */ tag, text = '', kind = '') {
  const made = document.createElement(tag);
  made.textContent = text;
  if (kind !== '') made.className = kind;
  return made;
}

function momentText(/** @type {string | null} */ at) {
  return at === null ? 'never' : at.replace('T', ' ').replace(/\.\d+Z$/, '');
}

function durationText(/** @type {number | null} */ ms) {
  if (ms === null) return '-';
  const size = Math.abs(ms);
  if (size < 1000) return `${Math.round(ms)} ms`;
  return size < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;
}

function showHealth(/** @type {Status} */ { health }) {
  const badge =
    health === null
      ? element('span', 'Unknown', 'badge warn')
      : element('span', health.healthy ? 'Healthy' : 'Unhealthy', `badge ${health.healthy ? 'good' : 'bad'}`);
  // Written anew only when it is another one: it is read aloud.
  const text = `${badge.textContent ?? ''} ${health?.reason ?? ''}`.trim();
  if (byId('health').dataset['text'] === text) return;
  byId('health').dataset['text'] = text;
  byId('health').replaceChildren(badge, ` ${health?.reason ?? ''}`);
}

function showState(/** @type {Status} */ { control, caps }) {
  /** @type {(readonly [string, string, string?])[]} */
  const rows = [];
  if (control !== null) {
    const { lastPoll, lastSuccess, paused, notBefore, circuit, stops } = control;
    rows.push(['Last poll', momentText(lastPoll)], ['Last success', momentText(lastSuccess)]);
    if (paused !== null)
      rows.push(['Paused', `since ${momentText(paused.since)} ${paused.reason ?? ''}`, 'warn']);
    if (notBefore !== null)
      rows.push(['Left alone', `until ${momentText(notBefore)}, as Prefect asked`, 'warn']);
    if (stops !== null && (circuit?.opened ?? null) === null) {
      const what = `${stops.count} tasks in a row stopped for a reason that lies in the account`;
      rows.push(['Circuit', `open, ${what} since ${momentText(stops.since)}: ${stops.reason}`, 'bad']);
    } else if (circuit === null) rows.push(['Circuit', 'closed']);
    else {
      const state = circuit.opened === null ? 'closed, but' : `open since ${momentText(circuit.opened)},`;
      const text = `${state} ${circuit.failures} in a row could launch nothing: ${circuit.reason}`;
      rows.push(['Circuit', text, circuit.opened === null ? 'warn' : 'bad']);
    }
  }
  if (caps !== null) {
    const value = (/** @type {number | null} */ cap) => (cap === null ? 'none' : `${cap}`);
    rows.push(['Launches an invocation', value(caps.maxLaunches)]);
    rows.push(['Tasks in flight', value(caps.maxTasksInFlight)]);
    rows.push([
      'Launches a second',
      caps.launchesPerSecond === null ? 'what AWS allows' : `${caps.launchesPerSecond}`,
    ]);
    rows.push(['Seconds late at most', value(caps.maxLatenessSeconds)]);
  }
  byId('state').replaceChildren(
    ...rows.flatMap(([name, text, kind]) => [element('dt', name), element('dd', text, kind)]),
  );
}

/** A table in its place, or that there is nothing. */
function showTable(
  /** @type {string} */ id,
  /** @type {string} */ caption,
  /** @type {readonly string[]} */ header,
  /** @type {readonly (readonly Cell[])[]} */ rows,
) {
  if (rows.length === 0) {
    byId(id).replaceChildren(element('p', 'None.', 'none'));
    return;
  }
  const table = element('table');
  const head = element('tr');
  for (const [i, name] of header.entries()) {
    const cell = element('th', name, rows[0]?.[i]?.kind === 'number' ? 'number' : '');
    cell.setAttribute('scope', 'col');
    head.append(cell);
  }
  const thead = element('thead');
  thead.append(head);
  const body = element('tbody');
  for (const cells of rows) {
    const row = element('tr');
    row.append(...cells.map(({ text, kind }) => element('td', text, kind)));
    body.append(row);
  }
  table.append(element('caption', caption, 'none'), thead, body);
  byId(id).replaceChildren(table);
}

function pollCells(/** @type {PollRow} */ poll) {
  const { at, found, claimed, started, putBack, left, failed } = poll;
  const counts = [found, claimed, started, putBack, left, failed].map((n) => ({
    text: `${n}`,
    kind: 'number',
  }));
  const note = poll.failure === null ? { text: poll.limits.join(' ') } : { text: poll.failure, kind: 'bad' };
  return [{ text: momentText(at) }, ...counts, note];
}

function launchCells(/** @type {RunRow} */ { at, name, flowRunId, lateMs, detail }) {
  const late = { text: durationText(lateMs), kind: 'number' };
  return [{ text: momentText(at) }, { text: name }, { text: flowRunId }, late, { text: detail }];
}

function failureCells(/** @type {RunRow} */ { at, name, flowRunId, outcome, detail }) {
  const kind = outcome === 'failed' ? 'bad' : 'warn';
  return [
    { text: momentText(at) },
    { text: name },
    { text: flowRunId },
    { text: outcome, kind },
    { text: detail },
  ];
}

function show(/** @type {Status} */ status) {
  shown = status;
  const { recent, unread } = status;
  document.title = `${status.health?.healthy === false ? 'Unhealthy: ' : ''}${status.function}`;
  byId('function').textContent = status.function;
  byId('at').textContent = momentText(status.at);
  byId('at').setAttribute('datetime', status.at);
  showHealth(status);
  showState(status);
  byId('unread').hidden = unread.length === 0;
  byId('unread').replaceChildren(...unread.map((text) => element('li', text)));
  byId('sums').textContent =
    recent === null
      ? 'The log could not be read.'
      : `Since ${momentText(status.since)}: ${recent.count} with an end in the log, ${recent.failedCount} failed; ${recent.startedCount} flow runs started.`;
  const counts = ['Found', 'Claimed', 'Started', 'Put back', 'Left', 'Failed'];
  showTable('polls', 'The latest polls', ['At', ...counts, 'Note'], (recent?.polls ?? []).map(pollCells));
  const run = ['At', 'Flow run', 'ID'];
  showTable(
    'launches',
    'The latest launches',
    [...run, 'Late by', 'Task'],
    (recent?.launches ?? []).map(launchCells),
  );
  showTable(
    'failures',
    'Flow runs that could not be started',
    [...run, 'Outcome', 'Reason'],
    (recent?.failures ?? []).map(failureCells),
  );
}

function showProblem(/** @type {string} */ text) {
  const problem = byId('problem');
  problem.hidden = text === '';
  const old = shown === undefined ? '' : ` What is shown is of ${momentText(shown.at)}.`;
  if (text !== '') problem.textContent = `Could not be read: ${text}${old}`;
}

async function read() {
  if (isReading) return;
  isReading = true;
  clearTimeout(timer);
  try {
    const response = await fetch('status.json', { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error);
    show(answer);
    showProblem('');
  } catch (error) {
    showProblem(error instanceof Error ? error.message : String(error));
  }
  isReading = false;
  if (!document.hidden) timer = window.setTimeout(read, EVERY_MS);
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) clearTimeout(timer);
  else void read();
});
void read();
