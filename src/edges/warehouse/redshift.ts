import { overPostgres } from './postgres.ts';
import type { Driver } from './warehouse.ts';

/** Redshift, which speaks PostgreSQL's protocol. Give it a user that may SELECT only, and a queue with a limit. */
export const redshift: Driver = {
  name: 'Redshift',
  example: 'redshift://reader:password@cluster:5439/database?sslmode=verify-full',
  matches: (url) => url.startsWith('redshift://'),
  connect: (url, options) =>
    overPostgres(url.replace(/^redshift:/, 'postgresql:'), { ...options, name: 'Redshift', dialect: 'redshift' }),
};
