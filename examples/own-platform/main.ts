import { CallCounter, createAgent, loadSettings, systemClock } from 'serverless-prefect-agent';
import { LocalProcessAgent } from './local-process-agent.ts';

const settings = await loadSettings(process.env);
const logger = console;
const { backend } = await createAgent(settings, { logger, calls: new CallCounter(), clock: systemClock });
const agent = new LocalProcessAgent(settings.agent, { backend, logger });

const stop = new AbortController();
process.once('SIGINT', () => {
  stop.abort();
});
await agent.start({ stop: stop.signal });
