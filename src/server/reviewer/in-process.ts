import { createArtifacts } from '#edges/artifacts';
import { counterexampleSource } from '#edges/counterexample';
import { createSqlReader, createTranslator } from '#edges/sql-engines';
import { evidenceFileSource } from '#edges/warehouse';
import { reviewPullRequest, summaryOf } from '#review';
import type { StartReviewers } from './reviewers.ts';
import { trustedCache } from './trust.ts';

/** Reviews in this process, with neither a limit of memory nor of time: for specs, and where what is read can be trusted. */
export const inProcess: StartReviewers = ({ workflowArtifacts, onDifference }) => {
  const sqlReader = createSqlReader(onDifference === undefined ? {} : { onDifference });
  const translator = createTranslator();
  const counterexamples = counterexampleSource(translator);
  return {
    async review(request, ports, { trust }) {
      const { pullRequests } = ports;
      const review = await reviewPullRequest(request, {
        ...ports,
        evidence: [...ports.evidence, counterexamples],
        lineageCache: trustedCache(ports.lineageCache, trust),
        artifacts: createArtifacts({ workflow: workflowArtifacts, pullRequests }),
        sqlReader,
        evidenceFile: evidenceFileSource,
      });
      return review === null ? null : summaryOf(review);
    },
    async close() {
      await Promise.all([sqlReader.close(), translator.close(), counterexamples.close()]);
    },
  };
};
