import { DeploymentError, RepositoryError } from '#core/base';
import { openWarehouse } from '#edges/warehouse';
import { sentence } from './sentence.ts';

/** Opens the warehouse of an address on the command line. Throws RepositoryError for one of no known kind. */
export function openWarehouseAt(address: string): ReturnType<typeof openWarehouse> {
  try {
    return openWarehouse(address);
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    throw new RepositoryError(error.code, sentence({ code: error.code, text: error.message }));
  }
}
